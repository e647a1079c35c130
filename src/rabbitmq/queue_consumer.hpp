#pragma once

#include <atomic>
#include <span>
#include <thread>

#include "notifier/broker.hpp"
#include "notifier/broker_topology.hpp"
#include "rabbitmq/ack_queue.hpp"
#include "rabbitmq/connector.hpp"
#include "rabbitmq/delivery_gate.hpp"
#include "rabbitmq/wake_up.hpp"

namespace notifier::rabbitmq {

/// The thread that consumes the main queue, and its connection. Neither exists before `start`.
class QueueConsumer {
 public:
  /// `topology` must outlive it.
  QueueConsumer(Connector connector, const BrokerTopology& topology);

  /// Once, and not at the same time as the closing.
  void start(unsigned prefetch, DeliveryHandler handler);

  // Any thread.
  void stop_consuming();
  void ack(std::span<const DeliveryTag> tags) { acks_.add(tags); }

  /// Whether deliveries should come and cannot.
  [[nodiscard]] bool is_connecting() const { return connecting_; }

  /// Lets the thread write the acknowledgements given so far and end, without waiting for it.
  void begin_close();
  void finish_close();

 private:
  void run(const std::stop_token& stop, unsigned prefetch);

  const BrokerTopology& topology_;
  WakeUp wake_up_;
  AckQueue acks_{wake_up_};
  DeliveryGate gate_;
  std::atomic<bool> connecting_ = false;
  Connector connector_;  ///< the thread's
  std::jthread thread_;  ///< last, so that it ends before what it uses
};

}  // namespace notifier::rabbitmq
