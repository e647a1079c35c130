#include "rabbitmq/queue_consumer.hpp"

#include <utility>

#include "rabbitmq/consume_session.hpp"

namespace notifier::rabbitmq {

QueueConsumer::QueueConsumer(Connector connector, const BrokerTopology& topology)
    : topology_{topology}, connector_{std::move(connector)} {}

void QueueConsumer::start(unsigned prefetch, DeliveryHandler handler) {
  gate_.open(std::move(handler));
  connecting_ = true;
  thread_ = std::jthread{[this, prefetch](const std::stop_token& stop) { run(stop, prefetch); }};
}

void QueueConsumer::stop_consuming() {
  gate_.shut();
  connecting_ = false;
  wake_up_.signal();
}

void QueueConsumer::begin_close() {
  gate_.shut();
  thread_.request_stop();
  wake_up_.signal();
}

void QueueConsumer::finish_close() {
  if (thread_.joinable()) thread_.join();
}

void QueueConsumer::run(const std::stop_token& stop, unsigned prefetch) {
  const auto set_up = [&](Connection& connection) { return ConsumeSession::set_up(connection, topology_, prefetch); };
  // Without a connection there is nothing left to acknowledge, so once consuming has stopped none is made again.
  while (gate_.is_open()) {
    auto connection = connector_.connect(stop, wake_up_, set_up);
    if (!connection) break;
    connecting_ = false;
    ConsumeSession session{std::move(*connection), gate_, acks_, wake_up_};
    const auto served = session.serve(stop);
    if (served) break;
    connecting_ = gate_.is_open();
    connector_.lost(served.error());
  }
  connecting_ = false;
}

}  // namespace notifier::rabbitmq
