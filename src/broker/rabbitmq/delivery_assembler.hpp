#pragma once

#include <cstdint>
#include <optional>

#include "broker/rabbitmq/amqp.hpp"
#include "notifier/broker.hpp"

namespace notifier::rabbitmq {

/// Puts a delivery together from its frames: method, header and, unless the body is empty, body frames. The library's own
/// functions for that wait for the rest of a message without a deadline.
class DeliveryAssembler {
 public:
  void begin(DeliveryTag tag);

  /// The delivery, when the frame was its last. Frames other than headers and bodies are none of it.
  [[nodiscard]] std::optional<Delivery> add(const amqp_frame_t& frame);

 private:
  void add_header(std::uint64_t body_size, const amqp_basic_properties_t& properties);
  [[nodiscard]] std::optional<Delivery> take_if_complete();

  Delivery delivery_;
  std::uint64_t body_size_ = 0;
};

}  // namespace notifier::rabbitmq
