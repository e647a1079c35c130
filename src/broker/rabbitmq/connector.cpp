#include "broker/rabbitmq/connector.hpp"

#include <chrono>
#include <utility>

#include "notifier/log.hpp"

namespace notifier::rabbitmq {
namespace {

constexpr std::chrono::milliseconds first_wait{100};
constexpr std::chrono::seconds longest_back_off{2};

/// A connection that lasted this long says that the broker is well again.
constexpr std::chrono::seconds proven{5};

}  // namespace

Connector::Connector(std::string purpose, std::vector<BrokerAddress> addresses, std::filesystem::path ca_file,
                     Watchdog& watchdog, std::shared_ptr<UnusableReport> unusable)
    : purpose_{std::move(purpose)},
      addresses_{std::move(addresses)},
      ca_file_{std::move(ca_file)},
      watchdog_{watchdog},
      unusable_{std::move(unusable)},
      backoff_{first_wait, longest_back_off} {}

std::optional<AmqpConnection> Connector::connect(const std::stop_token& stop, WakeUp& wake_up, const SetUp& set_up) {
  while (!stop.stop_requested()) {
    if (std::exchange(wait_first_, true)) wait(stop, wake_up);
    if (stop.stop_requested()) break;
    const BrokerAddress& address = addresses_[next_address_];
    auto connection = try_to_connect(address, set_up);
    if (connection) {
      log::info("Connected to RabbitMQ", {{"connection", purpose_}, {"broker", address.host_and_port()}});
      was_usable_ = true;
      reported_permanent_.reset();
      connected_at_ = Watchdog::Clock::now();
      return std::move(*connection);
    }
    turn_to_next_address();
    failed(connection.error());
  }
  return std::nullopt;
}

std::expected<AmqpConnection, Failure> Connector::try_to_connect(const BrokerAddress& address, const SetUp& set_up) {
  auto connection = AmqpConnection::open(address, ca_file_, "notifier " + purpose_, watchdog_);
  if (!connection) return connection;
  if (auto done = set_up(*connection); !done) return std::unexpected{std::move(done.error())};
  return connection;
}

void Connector::failed(const Failure& why) {
  if (why.permanent && !was_usable_) (*unusable_)(why.text);
  if (reported_permanent_ == why.permanent) return;
  reported_permanent_ = why.permanent;
  log::warn("RabbitMQ cannot be used; trying again", {{"connection", purpose_}, {"reason", why.text}});
}

void Connector::lost(const Failure& why) {
  log::warn("Lost the connection to RabbitMQ",
            {{"connection", purpose_}, {"broker", addresses_[next_address_].host_and_port()}, {"reason", why.text}});
  reported_permanent_ = why.permanent;
  // A node that lets clients log in, but takes nothing, would be found again and again.
  turn_to_next_address();
  if (Watchdog::Clock::now() - connected_at_ >= proven) backoff_.reset();
}

void Connector::turn_to_next_address() { next_address_ = (next_address_ + 1) % addresses_.size(); }

void Connector::wait(const std::stop_token& stop, WakeUp& wake_up) {
  const auto end = Watchdog::Clock::now() + backoff_.next();
  while (!stop.stop_requested()) {
    const auto remaining = std::chrono::ceil<std::chrono::milliseconds>(end - Watchdog::Clock::now());
    if (remaining.count() <= 0) return;
    wake_up.wait(remaining);
  }
}

}  // namespace notifier::rabbitmq
