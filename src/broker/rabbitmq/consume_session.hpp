#pragma once

#include <cstdint>
#include <expected>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "broker/rabbitmq/ack_queue.hpp"
#include "broker/rabbitmq/amqp_connection.hpp"
#include "broker/rabbitmq/delivery_assembler.hpp"
#include "broker/rabbitmq/delivery_gate.hpp"
#include "broker/rabbitmq/outstanding_deliveries.hpp"
#include "broker/rabbitmq/prefetch.hpp"
#include "broker/rabbitmq/wake_up.hpp"
#include "domain/delivery_room.hpp"
#include "notifier/broker.hpp"
#include "notifier/broker_topology.hpp"

namespace notifier::rabbitmq {

/// The life of one connection that consumes the main queue. One thread.
class ConsumeSession {
 public:
  /// Sets up the topology and starts to consume. What has to be done before there is a session.
  [[nodiscard]] static std::expected<void, Failure> set_up(AmqpConnection& connection, const BrokerTopology& topology,
                                                           unsigned prefetch);

  /// All but the connection must outlive the session. `wake_up` is signalled when there is room again.
  ConsumeSession(AmqpConnection connection, DeliveryGate& gate, AckQueue& acks, WakeUp& wake_up, Prefetch& prefetch,
                 DeliveryRoom& room);

  /// The `connection` of the tags of its deliveries.
  [[nodiscard]] std::uint64_t connection_number() const { return connection_number_; }

  /// Hands deliveries over and acknowledges until the connection is lost, which is the failure, or `stop` is requested and
  /// the acknowledgements given before are written. When the gate shuts, it ends consuming and goes on acknowledging.
  ///
  /// Asks for more deliveries, by a second consumer, while they are small. Reads nothing while there is no room: the broker
  /// then cannot write, but hears from this side. What it wrote before, its own heartbeats too, is there when reading goes
  /// on.
  [[nodiscard]] std::expected<void, Failure> serve(const std::stop_token& stop);

 private:
  [[nodiscard]] std::expected<void, Failure> read_deliveries();
  [[nodiscard]] std::expected<void, Failure> read_frame(const amqp_frame_t& frame);
  [[nodiscard]] std::expected<void, Failure> read_method(const amqp_method_t& method);
  [[nodiscard]] std::expected<void, Failure> begin_delivery(std::uint64_t number);
  void keep(std::optional<Delivery> delivery);
  [[nodiscard]] std::expected<void, Failure> adapt_prefetch();
  [[nodiscard]] std::expected<void, Failure> ask_for_more(unsigned more);
  [[nodiscard]] std::expected<void, Failure> hand_over();
  [[nodiscard]] std::expected<void, Failure> give_back();
  [[nodiscard]] std::expected<void, Failure> cancel();
  [[nodiscard]] std::expected<void, Failure> cancel(std::string_view tag);
  [[nodiscard]] std::expected<void, Failure> write_acks();
  [[nodiscard]] std::expected<void, Failure> wait();

  AmqpConnection connection_;
  DeliveryGate& gate_;
  AckQueue& acks_;
  WakeUp& wake_up_;
  Prefetch& prefetch_;
  DeliveryRoom& room_;
  const std::uint64_t connection_number_;

  std::uint64_t last_number_ = 0;  ///< of the last delivery that came whole
  DeliveryAssembler assembler_;
  std::vector<Delivery> deliveries_;  ///< read, not yet handed over
  OutstandingDeliveries outstanding_;
  std::string second_tag_;
  unsigned second_consumers_ = 0;
  unsigned more_ = 0;            ///< how many deliveries were asked for by the second consumer
  bool more_cancelled_ = false;  ///< the second consumer still has deliveries on their way
  bool cancelled_ = false;
  Watchdog::Clock::time_point next_heartbeat_;  ///< while nothing is read
};

}  // namespace notifier::rabbitmq
