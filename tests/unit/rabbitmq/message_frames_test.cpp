#include "broker/rabbitmq/message_frames.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/rabbitmq/message_codec.hpp"

using namespace notifier::rabbitmq;
using notifier::Message;

namespace {

constexpr Route to_orders{.exchange = "", .routing_key = "orders"};

struct Frame {
  std::uint8_t type;
  unsigned channel;
  std::string payload;
};

std::uint64_t number_at(std::string_view bytes, std::size_t offset, std::size_t size) {
  std::uint64_t number = 0;
  for (const char byte : bytes.substr(offset, size)) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

std::vector<Frame> split(std::string_view bytes) {
  std::vector<Frame> frames;
  while (!bytes.empty()) {
    REQUIRE(bytes.size() >= 8);
    const auto size = static_cast<std::size_t>(number_at(bytes, 3, 4));
    REQUIRE(bytes.size() >= 8 + size);
    CHECK(number_at(bytes, 7 + size, 1) == 0xCE);
    frames.push_back({.type = static_cast<std::uint8_t>(number_at(bytes, 0, 1)),
                      .channel = static_cast<unsigned>(number_at(bytes, 1, 2)),
                      .payload = std::string{bytes.substr(7, size)}});
    bytes.remove_prefix(8 + size);
  }
  return frames;
}

std::string body_of(const std::vector<Frame>& frames) {
  std::string body;
  for (std::size_t i = 2; i < frames.size(); ++i) {
    CHECK(frames[i].type == 3);
    body += frames[i].payload;
  }
  return body;
}

}  // namespace

TEST_CASE("A publish is a method, a header and a body on its channel") {
  using namespace std::string_literals;
  std::string bytes = "before";
  REQUIRE(append_publish(bytes, 4, to_orders, {.event_id = "e1", .body = "{}"}, 4096));
  REQUIRE(bytes.starts_with("before"));

  const auto frames = split(std::string_view{bytes}.substr(6));
  REQUIRE(frames.size() == 3);
  for (const Frame& frame : frames) CHECK(frame.channel == 4);
  CHECK(frames[0].type == 1);
  CHECK(frames[0].payload == "\0\x3C\0\x28\0\0\0\6orders\1"s);  // basic.publish, no exchange, mandatory
  CHECK(frames[1].type == 2);
  CHECK(frames[1].payload.starts_with("\0\x3C\0\0\0\0\0\0\0\0\0\2"s));  // class basic, weight 0, two bytes
  CHECK(body_of(frames) == "{}");
}

TEST_CASE("The header of a publish holds the message's properties") {
  const Message message{
      .event_id = "e1", .event_type = "user_signup", .body = "{}", .attempt = 3, .first_failed_at = "then"};
  std::string bytes;
  REQUIRE(append_publish(bytes, 1, to_orders, message, 4096));
  std::string properties = split(bytes).at(1).payload.substr(12);

  amqp_pool_t pool;
  init_amqp_pool(&pool, 4096);
  void* decoded = nullptr;
  REQUIRE(amqp_decode_properties(AMQP_BASIC_CLASS, &pool, {properties.size(), properties.data()}, &decoded) ==
          AMQP_STATUS_OK);
  const Message read = decode_message(*static_cast<amqp_basic_properties_t*>(decoded));
  empty_amqp_pool(&pool);
  CHECK(read.event_id == "e1");
  CHECK(read.event_type == "user_signup");
  CHECK(read.attempt == 3U);
  CHECK(read.first_failed_at == "then");
}

TEST_CASE("A body is cut into frames that the broker takes, and an empty one has none") {
  constexpr std::size_t frame_max = 4096;
  for (const std::size_t size : {std::size_t{0}, frame_max - 8, frame_max - 7, 3 * frame_max}) {
    const std::string body(size, 'x');
    std::string bytes;
    REQUIRE(append_publish(bytes, 1, to_orders, {.event_id = "e1", .body = body}, frame_max));
    const auto frames = split(bytes);
    CHECK(frames.size() == 2 + (size + frame_max - 9) / (frame_max - 8));
    for (const Frame& frame : frames) CHECK(frame.payload.size() + 8 <= frame_max);
    CHECK(body_of(frames) == body);
    CHECK(number_at(frames[1].payload, 4, 8) == size);
  }
}
