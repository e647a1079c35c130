#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <thread>

#include "broker/rabbitmq/ack_queue.hpp"
#include "broker/rabbitmq/connector.hpp"
#include "broker/rabbitmq/delivery_gate.hpp"
#include "broker/rabbitmq/prefetch.hpp"
#include "broker/rabbitmq/wake_up.hpp"
#include "domain/delivery_room.hpp"
#include "notifier/broker.hpp"
#include "notifier/broker_topology.hpp"

namespace notifier::rabbitmq {

/// The thread that consumes the main queue, and its connection. Neither exists before `start`.
class QueueConsumer {
 public:
  /// `topology` must outlive it.
  QueueConsumer(Connector connector, const BrokerTopology& topology);
  ~QueueConsumer();
  QueueConsumer(const QueueConsumer&) = delete;
  QueueConsumer& operator=(const QueueConsumer&) = delete;

  /// Once, and not at the same time as the closing.
  void start(const ConsumeLimits& limits, DeliveryHandler handler);

  // Any thread.
  void stop_consuming();
  void ack(std::span<const DeliveryTag> tags) { acks_.add(tags); }

  [[nodiscard]] bool is_live(const DeliveryTag& tag) const { return tag.connection == live_connection_; }

  /// Whether deliveries should come and cannot.
  [[nodiscard]] bool is_connecting() const { return connecting_; }

  /// Lets the thread write the acknowledgements given so far and end, without waiting for it.
  void begin_close();
  void finish_close();

 private:
  void await_room(const std::stop_token& stop);
  void run(const std::stop_token& stop, Prefetch prefetch);

  /// In no delivery's tag.
  static constexpr std::uint64_t no_connection = std::numeric_limits<std::uint64_t>::max();

  const BrokerTopology& topology_;
  WakeUp wake_up_;
  AckQueue acks_{wake_up_};
  DeliveryGate gate_;
  std::atomic<bool> connecting_ = false;
  std::atomic<std::uint64_t> live_connection_ = no_connection;
  std::shared_ptr<DeliveryRoom> room_;  ///< set before the thread starts
  Connector connector_;                 ///< the thread's
  std::jthread thread_;                 ///< last, so that it ends before what it uses
};

}  // namespace notifier::rabbitmq
