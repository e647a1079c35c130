#pragma once

#include <cstdint>
#include <expected>
#include <stop_token>
#include <vector>

#include "notifier/broker.hpp"
#include "notifier/broker_topology.hpp"
#include "rabbitmq/ack_queue.hpp"
#include "rabbitmq/connection.hpp"
#include "rabbitmq/delivery_assembler.hpp"
#include "rabbitmq/delivery_gate.hpp"
#include "rabbitmq/outstanding_deliveries.hpp"
#include "rabbitmq/wake_up.hpp"

namespace notifier::rabbitmq {

/// The life of one connection that consumes the main queue. One thread.
class ConsumeSession {
 public:
  /// Sets up the topology and starts to consume. What has to be done before there is a session.
  [[nodiscard]] static std::expected<void, Failure> set_up(Connection& connection, const BrokerTopology& topology,
                                                           unsigned prefetch);

  /// All but the connection must outlive the session.
  ConsumeSession(Connection connection, DeliveryGate& gate, AckQueue& acks, WakeUp& wake_up);

  /// Hands deliveries over and acknowledges until the connection is lost, which is the failure, or `stop` is requested and
  /// the acknowledgements given before are written. When the gate shuts, it ends consuming and goes on acknowledging.
  [[nodiscard]] std::expected<void, Failure> serve(const std::stop_token& stop);

 private:
  [[nodiscard]] std::expected<void, Failure> read_deliveries();
  [[nodiscard]] std::expected<void, Failure> read_frame(const amqp_frame_t& frame);
  [[nodiscard]] std::expected<void, Failure> read_method(const amqp_method_t& method);
  [[nodiscard]] std::expected<void, Failure> begin_delivery(std::uint64_t number);
  void keep(std::optional<Delivery> delivery);
  [[nodiscard]] std::expected<void, Failure> hand_over();
  [[nodiscard]] std::expected<void, Failure> give_back();
  [[nodiscard]] std::expected<void, Failure> cancel();
  [[nodiscard]] std::expected<void, Failure> write_acks();

  template <typename Function>
  [[nodiscard]] std::expected<void, Failure> send(Function function);

  Connection connection_;
  DeliveryGate& gate_;
  AckQueue& acks_;
  WakeUp& wake_up_;
  const std::uint64_t connection_number_;

  std::uint64_t last_number_ = 0;  ///< of the last delivery that came whole
  DeliveryAssembler assembler_;
  std::vector<Delivery> deliveries_;  ///< read, not yet handed over
  OutstandingDeliveries outstanding_;
  bool cancelled_ = false;
};

}  // namespace notifier::rabbitmq
