#include "broker/rabbitmq/rabbitmq_broker.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "broker/rabbitmq/broker_address.hpp"
#include "broker/rabbitmq/connector.hpp"
#include "broker/rabbitmq/dead_letter_session.hpp"
#include "broker/rabbitmq/publisher.hpp"
#include "broker/rabbitmq/queue_consumer.hpp"
#include "broker/rabbitmq/watchdog.hpp"
#include "notifier/log.hpp"

namespace notifier::rabbitmq {
namespace {

/// How long calls that hang may go on after the closing has begun.
constexpr std::chrono::seconds closing_deadline{2};

class RabbitmqBroker final : public Broker {
 public:
  RabbitmqBroker(const std::vector<BrokerAddress>& addresses, const RabbitmqSettings& settings, BrokerTopology topology,
                 const std::shared_ptr<UnusableReport>& unusable)
      : addresses_{addresses},
        ca_file_{settings.ca_file},
        topology_{std::move(topology)},
        publisher_{Connector{"publishing", addresses, settings.ca_file, watchdog_, unusable}, topology_},
        consumer_{Connector{"consuming", addresses, settings.ca_file, watchdog_, unusable}, topology_} {}

  RabbitmqBroker(const RabbitmqBroker&) = delete;
  RabbitmqBroker& operator=(const RabbitmqBroker&) = delete;
  ~RabbitmqBroker() override { RabbitmqBroker::close(); }

  void publish(Message message, Destination destination, PublishHandler handler) override {
    const auto route = route_to(destination);
    if (!route) {
      handler(std::unexpected{PublishError::refused});
      return;
    }
    publisher_.publish(std::move(message), *route, std::move(handler));
  }

  void consume(ConsumeLimits limits, DeliveryHandler handler) override {
    const std::lock_guard lock{mutex_};
    if (!closed_) consumer_.start(limits, std::move(handler));
  }

  [[nodiscard]] bool is_live(const DeliveryTag& tag) const override { return consumer_.is_live(tag); }

  void stop_consuming() override { consumer_.stop_consuming(); }

  void ack(std::span<const DeliveryTag> tags) override { consumer_.ack(tags); }

  void count_waiting(std::move_only_function<void(std::optional<std::uint64_t>)> handler) override {
    publisher_.count_waiting(std::move(handler));
  }

  std::expected<DeadLetterPass, PublishError> remove_dead_letters(const RemovableSelector& select_removable,
                                                                  const std::stop_token& stop,
                                                                  std::chrono::milliseconds longest) override {
    if (closed_) return std::unexpected{PublishError::unavailable};
    const auto end = Watchdog::Clock::now() + longest;
    Failure failure;
    for (const BrokerAddress& address : addresses_) {
      auto connection = AmqpConnection::open(address, ca_file_, "notifier dead letters", watchdog_);
      if (connection) {
        auto pass = DeadLetterSession{std::move(*connection)}.run(select_removable, stop, end);
        if (pass) return *pass;
        failure = std::move(pass.error());
        break;
      }
      failure = std::move(connection.error());
    }
    log::warn("the dead letter queue cannot be gone through; trying again", {{"reason", failure.text}});
    return std::unexpected{PublishError::unavailable};
  }

  [[nodiscard]] BrokerState state() const override {
    if (closed_) return BrokerState::closed;
    if (consumer_.is_connecting()) return BrokerState::connecting;
    return publisher_.state();
  }

  void close() override {
    const std::lock_guard lock{mutex_};
    if (closed_.exchange(true)) return;
    watchdog_.hurry(closing_deadline);
    consumer_.begin_close();
    publisher_.begin_close();
    consumer_.finish_close();
    publisher_.finish_close();
  }

 private:
  [[nodiscard]] std::optional<Route> route_to(Destination destination) const {
    switch (destination.queue) {
      case Destination::Queue::main:
        return Route{.exchange = "", .routing_key = main_queue};
      case Destination::Queue::dead_letters:
        return Route{.exchange = "", .routing_key = dead_letter_queue};
      case Destination::Queue::delay: {
        const auto queue = std::ranges::find(topology_.delay_queues, destination.delay, &DelayQueue::delay);
        if (queue == topology_.delay_queues.end()) return std::nullopt;
        return Route{.exchange = retry_exchange, .routing_key = queue->routing_key};
      }
    }
    std::unreachable();
  }

  const std::vector<BrokerAddress> addresses_;
  const std::filesystem::path ca_file_;
  const BrokerTopology topology_;
  Watchdog watchdog_;
  Publisher publisher_;
  QueueConsumer consumer_;
  std::mutex mutex_;  ///< held by whoever starts or ends threads
  std::atomic<bool> closed_ = false;
};

}  // namespace

std::expected<void, std::string> check_url(std::string_view url) {
  if (auto addresses = parse_broker_addresses(url); !addresses) return std::unexpected{std::move(addresses.error())};
  return {};
}

std::unique_ptr<Broker> make_rabbitmq_broker(const RabbitmqSettings& settings, const BrokerTopology& topology,
                                             std::function<void(std::string)> on_unusable) {
  const auto addresses = parse_broker_addresses(settings.url);
  if (!addresses) throw std::invalid_argument{"RABBITMQ_URL: " + addresses.error()};
  return std::make_unique<RabbitmqBroker>(*addresses, settings, topology,
                                          std::make_shared<UnusableReport>(std::move(on_unusable)));
}

}  // namespace notifier::rabbitmq
