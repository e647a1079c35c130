#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/backoff.hpp"
#include "broker/rabbitmq/amqp_connection.hpp"
#include "broker/rabbitmq/wake_up.hpp"

namespace notifier::rabbitmq {

/// Tells, once, that a broker that has never been usable will not become so by waiting. Any thread.
class UnusableReport {
 public:
  explicit UnusableReport(std::function<void(std::string)> on_unusable) : on_unusable_{std::move(on_unusable)} {}

  void operator()(const std::string& why) {
    std::call_once(once_, [&] {
      if (on_unusable_) on_unusable_(why);
    });
  }

 private:
  std::function<void(std::string)> on_unusable_;
  std::once_flag once_;
};

/// Gets one of the two connections, again and again, from the brokers in turn. One thread.
class Connector {
 public:
  /// What has to work on a new connection before it counts.
  using SetUp = std::function<std::expected<void, Failure>(AmqpConnection&)>;

  /// `purpose` ("publishing", "consuming") names the connection in the log and in the broker's tools.
  Connector(std::string purpose, std::vector<BrokerAddress> addresses, std::filesystem::path ca_file, Watchdog& watchdog,
            std::shared_ptr<UnusableReport> unusable);

  /// Tries until it succeeds, with a back-off, which `wake_up` may shorten. Nothing: it was asked to stop.
  [[nodiscard]] std::optional<AmqpConnection> connect(const std::stop_token& stop, WakeUp& wake_up, const SetUp& set_up);

  /// The connection that was made last is gone. The next is tried at the next address.
  void lost(const Failure& why);

 private:
  [[nodiscard]] std::expected<AmqpConnection, Failure> try_to_connect(const BrokerAddress& address, const SetUp& set_up);
  void failed(const Failure& why);
  void turn_to_next_address();
  void wait(const std::stop_token& stop, WakeUp& wake_up);

  std::string purpose_;
  std::vector<BrokerAddress> addresses_;
  std::filesystem::path ca_file_;
  Watchdog& watchdog_;
  std::shared_ptr<UnusableReport> unusable_;
  Backoff backoff_;
  std::size_t next_address_ = 0;
  bool was_usable_ = false;
  bool wait_first_ = false;
  std::optional<bool> reported_permanent_;  ///< the kind of the failure that was logged last, since the last success
  Watchdog::Clock::time_point connected_at_{};
};

}  // namespace notifier::rabbitmq
