#include "rabbitmq/delivery_assembler.hpp"

#include <algorithm>
#include <utility>

#include "rabbitmq/message_codec.hpp"

namespace notifier::rabbitmq {
namespace {

/// The size in the header is only a claim; what exceeds this is allocated as it comes.
constexpr std::uint64_t most_reserved = 1024 * 1024;

}  // namespace

void DeliveryAssembler::begin(DeliveryTag tag) {
  delivery_ = {};
  delivery_.tag = tag;
}

std::optional<Delivery> DeliveryAssembler::add_header(std::uint64_t body_size, const amqp_basic_properties_t& properties) {
  body_size_ = body_size;
  delivery_.message = decode_message(properties);
  delivery_.delivery_count = delivery_count(properties);
  delivery_.message.body.reserve(std::min(body_size, most_reserved));
  return take_if_complete();
}

std::optional<Delivery> DeliveryAssembler::add_body(std::string_view fragment) {
  delivery_.message.body += fragment;
  return take_if_complete();
}

std::optional<Delivery> DeliveryAssembler::take_if_complete() {
  if (delivery_.message.body.size() < body_size_) return std::nullopt;
  return std::exchange(delivery_, {});
}

}  // namespace notifier::rabbitmq
