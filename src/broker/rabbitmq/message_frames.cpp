#include "broker/rabbitmq/message_frames.hpp"

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <string_view>

#include "broker/rabbitmq/message_codec.hpp"

namespace notifier::rabbitmq {
namespace {

constexpr std::size_t overhead = 8;  ///< of a frame around its payload
constexpr std::size_t smallest_frame_max = AMQP_FRAME_MIN_SIZE;
constexpr std::uint16_t no_weight = 0;

template <std::unsigned_integral Number>
void append_number(std::string& bytes, Number number) {
  const auto big_endian = std::bit_cast<std::array<char, sizeof number>>(
      std::endian::native == std::endian::little ? std::byteswap(number) : number);
  bytes.append(big_endian.data(), big_endian.size());
}

void begin_frame(std::string& frames, std::uint8_t type, amqp_channel_t channel, std::size_t payload_size) {
  append_number(frames, type);
  append_number(frames, channel);
  append_number(frames, static_cast<std::uint32_t>(payload_size));
}

void end_frame(std::string& frames) { append_number(frames, std::uint8_t{AMQP_FRAME_END}); }

void append_method(std::string& frames, amqp_channel_t channel, std::string_view arguments) {
  begin_frame(frames, AMQP_FRAME_METHOD, channel, sizeof(std::uint32_t) + arguments.size());
  append_number(frames, std::uint32_t{AMQP_BASIC_PUBLISH_METHOD});
  frames.append(arguments);
  end_frame(frames);
}

void append_header(std::string& frames, amqp_channel_t channel, std::uint64_t body_size, std::string_view properties) {
  begin_frame(frames, AMQP_FRAME_HEADER, channel, 2 * sizeof(std::uint16_t) + sizeof body_size + properties.size());
  append_number(frames, std::uint16_t{AMQP_BASIC_CLASS});
  append_number(frames, no_weight);
  append_number(frames, body_size);
  frames.append(properties);
  end_frame(frames);
}

void append_body(std::string& frames, amqp_channel_t channel, std::string_view body, std::size_t frame_max) {
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, frame_max - overhead);
    begin_frame(frames, AMQP_FRAME_BODY, channel, piece.size());
    frames.append(piece);
    end_frame(frames);
    body.remove_prefix(piece.size());
  }
}

}  // namespace

bool append_publish(std::string& frames, amqp_channel_t channel, const Route& route, const Message& message,
                    std::size_t frame_max) {
  amqp_basic_publish_t publish{};
  publish.exchange = to_bytes(route.exchange);
  publish.routing_key = to_bytes(route.routing_key);
  publish.mandatory = 1;
  const MessageProperties message_properties{message};
  amqp_basic_properties_t properties = *message_properties.get();

  std::array<char, smallest_frame_max> encoded_arguments;
  std::array<char, smallest_frame_max> encoded_properties;
  const int arguments_size =
      amqp_encode_method(AMQP_BASIC_PUBLISH_METHOD, &publish, {encoded_arguments.size(), encoded_arguments.data()});
  const int properties_size =
      amqp_encode_properties(AMQP_BASIC_CLASS, &properties, {encoded_properties.size(), encoded_properties.data()});
  if (arguments_size < 0 || properties_size < 0) return false;

  append_method(frames, channel, {encoded_arguments.data(), static_cast<std::size_t>(arguments_size)});
  append_header(frames, channel, message.body.size(),
                {encoded_properties.data(), static_cast<std::size_t>(properties_size)});
  append_body(frames, channel, message.body, frame_max);
  return true;
}

}  // namespace notifier::rabbitmq
