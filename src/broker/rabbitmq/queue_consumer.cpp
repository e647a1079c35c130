#include "broker/rabbitmq/queue_consumer.hpp"

#include <chrono>
#include <utility>

#include "broker/rabbitmq/consume_session.hpp"

namespace notifier::rabbitmq {
namespace {

constexpr std::chrono::seconds longest_look_for_room{1};

}  // namespace

QueueConsumer::QueueConsumer(Connector connector, const BrokerTopology& topology)
    : topology_{topology}, connector_{std::move(connector)} {}

/// Deliveries may be kept for longer.
QueueConsumer::~QueueConsumer() {
  if (room_) room_->close();
}

void QueueConsumer::start(const ConsumeLimits& limits, DeliveryHandler handler) {
  gate_.open(std::move(handler));
  connecting_ = true;
  room_ = std::make_shared<DeliveryRoom>(limits.bytes, [this] { wake_up_.signal(); });
  thread_ = std::jthread{[this, limits](const std::stop_token& stop) { run(stop, Prefetch{limits}); }};
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

/// What could not be read would come back when the connection is lost, and count as delivered.
void QueueConsumer::await_room(const std::stop_token& stop) {
  while (!stop.stop_requested() && gate_.is_open() && !room_->has_half_left()) wake_up_.wait(longest_look_for_room);
}

void QueueConsumer::run(const std::stop_token& stop, Prefetch prefetch) {
  const auto set_up = [&](AmqpConnection& connection) {
    return ConsumeSession::set_up(connection, topology_, prefetch.always());
  };
  // Without a connection there is nothing left to acknowledge, so once consuming has stopped none is made again.
  while (gate_.is_open()) {
    await_room(stop);
    auto connection = connector_.connect(stop, wake_up_, set_up);
    if (!connection) break;
    connecting_ = false;
    ConsumeSession session{std::move(*connection), gate_, acks_, wake_up_, prefetch, *room_};
    live_connection_ = session.connection_number();
    const auto served = session.serve(stop);
    live_connection_ = no_connection;
    if (served) break;
    connecting_ = gate_.is_open();
    connector_.lost(served.error());
  }
  connecting_ = false;
}

}  // namespace notifier::rabbitmq
