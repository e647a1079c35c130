#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/broker/broker_fixture.hpp"

namespace notifier::testing {

/// Collects what a broker delivers. It must outlive the broker.
class Inbox {
 public:
  /// Call it once.
  void consume_from(Broker& broker, unsigned prefetch = 1000);
  void consume_from(Broker& broker, const ConsumeLimits& limits);

  /// Acknowledges the delivery of that index.
  void ack(std::size_t index);
  void ack_all();

  [[nodiscard]] bool wait_for(std::size_t count) const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] Delivery delivery(std::size_t index) const;
  [[nodiscard]] std::vector<std::string> event_ids() const;

  /// The most deliveries that were ever in hand without an acknowledgement.
  [[nodiscard]] std::size_t most_unacknowledged() const;

 private:
  Broker* broker_ = nullptr;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<Delivery> deliveries_;
  std::vector<bool> acknowledged_;
  std::size_t unacknowledged_ = 0;
  std::size_t most_unacknowledged_ = 0;
};

/// Opens a broker and waits until it is ready. Throws when it does not get so.
[[nodiscard]] std::unique_ptr<Broker> open_ready(BrokerFixture& storage);

[[nodiscard]] Message message_with_id(std::string_view event_id);

/// `<prefix>-0`, `<prefix>-1` and so on.
[[nodiscard]] std::vector<std::string> numbered_ids(std::string_view prefix, std::size_t count);

/// Publishes and waits for the answer. Throws when none comes.
[[nodiscard]] std::expected<void, PublishError> publish(Broker& broker, Message message, Destination destination = {});

/// Publishes messages with these ids, in order. Throws when one is not confirmed.
void publish_all(Broker& broker, const std::vector<std::string>& event_ids, Destination destination = {});

/// Asks the broker and waits for the answer. Throws when none comes.
[[nodiscard]] std::optional<std::uint64_t> count_waiting(Broker& broker);

}  // namespace notifier::testing
