#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "broker/rabbitmq/amqp_connection.hpp"
#include "broker/rabbitmq/delivery_assembler.hpp"
#include "notifier/broker.hpp"

namespace notifier::rabbitmq {

/// One pass over the dead letter queue, on a connection of its own. What stays is held until the connection ends, which
/// returns it to the queue: returned at once, it would be handed out again. One thread.
class DeadLetterSession {
 public:
  using Clock = Watchdog::Clock;

  explicit DeadLetterSession(AmqpConnection connection) : connection_{std::move(connection)} {}

  /// See `Broker::remove_dead_letters`.
  [[nodiscard]] std::expected<DeadLetterPass, Failure> run(const RemovableSelector& select_removable,
                                                           const std::stop_token& stop, Clock::time_point end);

 private:
  /// A message that was handed out, until it is judged.
  struct HandedOut {
    std::uint64_t number = 0;
    Message message;
    std::string worn_properties;  ///< encoded; of a message that was handed out often
  };

  [[nodiscard]] std::expected<void, Failure> begin();
  [[nodiscard]] std::expected<void, Failure> read_some();
  [[nodiscard]] std::expected<void, Failure> read_frame(const amqp_frame_t& frame);
  [[nodiscard]] std::expected<void, Failure> read_method(const amqp_method_t& method);
  void read_header(const amqp_basic_properties_t& properties);
  void keep(std::optional<Delivery> delivery);
  [[nodiscard]] std::expected<bool, Failure> select_from_batch(const RemovableSelector& select_removable);
  [[nodiscard]] std::expected<void, Failure> renew(const HandedOut& worn);
  [[nodiscard]] std::expected<void, Failure> await_renewals();
  [[nodiscard]] std::expected<void, Failure> deliver_acknowledgements();
  [[nodiscard]] std::expected<void, Failure> ask_past_deliveries(amqp_method_number_t question, void* arguments,
                                                                 amqp_method_number_t answer);
  [[nodiscard]] std::expected<void, Failure> acknowledge(std::uint64_t number);
  [[nodiscard]] std::expected<void, Failure> renewals_confirmed(std::uint64_t number, bool multiple);
  [[nodiscard]] bool wait_for_frames();

  AmqpConnection connection_;
  DeliveryAssembler assembler_;
  std::uint64_t expected_ = 0;  ///< messages in the queue at the beginning
  DeadLetterPass pass_;
  std::vector<HandedOut> batch_;
  std::size_t batch_bytes_ = 0;
  std::uint64_t next_number_ = 0;
  std::string next_worn_properties_;
  std::string next_reason_of_move_;
  std::map<std::uint64_t, std::uint64_t> renewals_;  ///< number of a publish without a confirm, and of what it replaces
  std::uint64_t last_renewal_ = 0;
  Clock::time_point last_frame_ = Clock::now();
};

}  // namespace notifier::rabbitmq
