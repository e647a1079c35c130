#pragma once

#include <thread>

#include "broker/rabbitmq/connector.hpp"
#include "broker/rabbitmq/publisher_state.hpp"
#include "broker/rabbitmq/request_queue.hpp"
#include "broker/rabbitmq/wake_up.hpp"
#include "notifier/broker.hpp"
#include "notifier/broker_topology.hpp"

namespace notifier::rabbitmq {

/// The thread that publishes, and its connection.
class Publisher {
 public:
  /// `topology` must outlive it.
  Publisher(Connector connector, const BrokerTopology& topology);

  // Any thread.
  void publish(Message message, Route route, PublishHandler handler);
  void count_waiting(CountHandler handler);
  [[nodiscard]] BrokerState state() const { return state_.state(); }

  /// Takes no more requests and lets the thread end, without waiting for it.
  void begin_close();

  /// Waits for the thread; all requests are answered when it returns.
  void finish_close();

 private:
  void run(const std::stop_token& stop);

  const BrokerTopology& topology_;
  WakeUp wake_up_;
  RequestQueue requests_{wake_up_};
  PublisherState state_;
  Connector connector_;  ///< the thread's
  std::jthread thread_;  ///< last, so that it ends before what it uses
};

}  // namespace notifier::rabbitmq
