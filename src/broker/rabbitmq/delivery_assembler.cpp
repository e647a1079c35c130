#include "broker/rabbitmq/delivery_assembler.hpp"

#include <algorithm>
#include <utility>

#include "broker/rabbitmq/message_codec.hpp"

namespace notifier::rabbitmq {
namespace {

/// The size in the header is only a claim; what exceeds this is allocated as it comes.
constexpr std::uint64_t most_reserved = 1024 * 1024;

}  // namespace

void DeliveryAssembler::begin(DeliveryTag tag) {
  delivery_ = {};
  delivery_.tag = tag;
}

std::optional<Delivery> DeliveryAssembler::add(const amqp_frame_t& frame) {
  switch (frame.frame_type) {
    case AMQP_FRAME_HEADER:
      add_header(frame.payload.properties.body_size, properties_of(frame));
      return take_if_complete();
    case AMQP_FRAME_BODY:
      delivery_.message.body += to_view(frame.payload.body_fragment);
      return take_if_complete();
    default:
      return std::nullopt;
  }
}

void DeliveryAssembler::add_header(std::uint64_t body_size, const amqp_basic_properties_t& properties) {
  body_size_ = body_size;
  delivery_.message = decode_message(properties);
  delivery_.delivery_count = delivery_count(properties);
  delivery_.message.body.reserve(std::min(body_size, most_reserved));
}

std::optional<Delivery> DeliveryAssembler::take_if_complete() {
  if (delivery_.message.body.size() < body_size_) return std::nullopt;
  return std::exchange(delivery_, {});
}

}  // namespace notifier::rabbitmq
