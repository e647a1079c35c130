#include "broker/rabbitmq/message_codec.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/sha256.hpp"

using namespace notifier::rabbitmq;
using notifier::DeadLetter;
using notifier::Message;

namespace {

Message decode_headers(std::vector<amqp_table_entry_t> headers) {
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_HEADERS_FLAG;
  properties.headers = {.num_entries = static_cast<int>(headers.size()), .entries = headers.data()};
  return decode_message(properties);
}

/// Sets the member of the value's union that belongs to `kind`.
template <typename Set>
std::optional<unsigned> decoded_attempt(amqp_field_value_kind_t kind, Set set) {
  amqp_table_entry_t header{};
  header.key = to_bytes("x-attempt");
  header.value.kind = static_cast<std::uint8_t>(kind);
  set(header.value.value);
  return decode_headers({header}).attempt;
}

Message round_trip(const Message& message) { return decode_message(*MessageProperties{message}.get()); }

}  // namespace

TEST_CASE("Published messages are persistent JSON with a time") {
  const Message message{.event_id = "e1", .event_type = "user_signup"};
  const MessageProperties properties{message};
  CHECK(properties.get()->delivery_mode == 2);
  CHECK(to_view(properties.get()->content_type) == "application/json");
  CHECK(to_view(properties.get()->message_id) == "e1");
  CHECK(to_view(properties.get()->type) == "user_signup");
  CHECK(properties.get()->timestamp > 1'700'000'000U);
}

TEST_CASE("A number of attempts is read in whatever width it was written") {
  CHECK(decoded_attempt(AMQP_FIELD_KIND_I8, [](auto& value) { value.i8 = 3; }) == 3U);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_U8, [](auto& value) { value.u8 = 200; }) == 200U);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_I16, [](auto& value) { value.i16 = 3; }) == 3U);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_U16, [](auto& value) { value.u16 = 60'000; }) == 60'000U);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_I32, [](auto& value) { value.i32 = 3; }) == 3U);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_U32, [](auto& value) { value.u32 = 4'000'000'000U; }) == 4'000'000'000U);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_I64, [](auto& value) { value.i64 = 3; }) == 3U);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_U64, [](auto& value) { value.u64 = 3; }) == 3U);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_UTF8, [](auto& value) { value.bytes = to_bytes("12"); }) == 12U);
}

TEST_CASE("What is no number of attempts counts as absent") {
  CHECK(decoded_attempt(AMQP_FIELD_KIND_I32, [](auto& value) { value.i32 = -1; }) == std::nullopt);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_I64, [](auto& value) { value.i64 = 1LL << 32; }) == std::nullopt);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_U64, [](auto& value) { value.u64 = std::numeric_limits<std::uint64_t>::max(); }) ==
        std::nullopt);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_UTF8, [](auto& value) { value.bytes = to_bytes("2 or so"); }) == std::nullopt);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_UTF8, [](auto& value) { value.bytes = to_bytes(""); }) == std::nullopt);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_BOOLEAN, [](auto& value) { value.boolean = 1; }) == std::nullopt);
  CHECK(decoded_attempt(AMQP_FIELD_KIND_VOID, [](auto&) {}) == std::nullopt);
}

TEST_CASE("The time before which a message is not to be attempted goes over the wire, and what is no time counts as none") {
  Message message{.event_id = "e1", .event_type = "user_signup"};
  CHECK(round_trip(message).not_before == 0);
  message.not_before = 1'769'860'800'123;
  CHECK(round_trip(message).not_before == 1'769'860'800'123);
  CHECK(decode_headers({text_entry("x-not-before", "1769860800123")}).not_before == 1'769'860'800'123);
  CHECK(decode_headers({integer_entry("x-not-before", -1)}).not_before == 0);
  CHECK(decode_headers({text_entry("x-not-before", "tomorrow")}).not_before == 0);
}

TEST_CASE("A message with everything has room for all its headers") {
  const Message message{.event_id = "e1",
                        .event_type = "t",
                        .attempt = 3,
                        .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                        .first_failed_at = "2026-01-31T12:00:00.123Z",
                        .not_before = 1,
                        .dead_letter = DeadLetter{.reason = "r", .last_error = "e"}};
  CHECK(round_trip(message).not_before == 1);
  CHECK(round_trip(message).dead_letter->last_error == "e");
}

TEST_CASE("Headers that are not notifier's, or of another kind, are dropped") {
  const Message message = decode_headers({text_entry("x-death", "often"), integer_entry("traceparent", 7),
                                          integer_entry("x-dead-letter-reason", 7), text_entry("x-last-error", "lonely")});
  CHECK(message.traceparent.empty());
  CHECK_FALSE(message.dead_letter);
  CHECK(message.first_failed_at.empty());
}

TEST_CASE("Properties that a message does not have stay empty") {
  const Message message = decode_message(amqp_basic_properties_t{});
  CHECK(message.event_id.empty());
  CHECK(message.event_type.empty());
  CHECK_FALSE(message.attempt);
}

TEST_CASE("An id or type too long for a short string is left out, not cut") {
  const Message message{.event_id = std::string(256, 'i'), .event_type = std::string(256, 't')};
  CHECK(wire_message_id(message).empty());
  CHECK(round_trip(message).event_id.empty());
  CHECK(round_trip(message).event_type.empty());
  CHECK(round_trip({.event_type = std::string(255, 't')}).event_type.size() == 255);
}

TEST_CASE("The last error is cut at a character and made valid UTF-8") {
  Message message;
  message.dead_letter = DeadLetter{.reason = "refused", .last_error = std::string(1023, 'x') + "\xC3\xBC"};
  CHECK(round_trip(message).dead_letter->last_error == std::string(1023, 'x'));
  message.dead_letter->last_error = "a\xFF b\xC3 c\xE2\x82 d\xED\xA0\x80 \xC3\xBC";
  CHECK(round_trip(message).dead_letter->last_error == "a\uFFFD b\uFFFD c\uFFFD\uFFFD d\uFFFD\uFFFD\uFFFD \xC3\xBC");
}

TEST_CASE("What a message knows of its notification's row goes over the wire and comes back") {
  const notifier::Fingerprint fingerprint = notifier::sha256("event");
  const Message message{
      .event_id = "e1/mail", .attempt = 2U, .generation = 5U, .route = "mail", .renewals = 3, .fingerprint = fingerprint};
  const Message back = round_trip(message);
  CHECK(back.attempt == 2U);
  CHECK(back.generation == 5U);
  CHECK(back.route == "mail");
  CHECK(back.renewals == 3);
  CHECK(back.fingerprint == fingerprint);
}

TEST_CASE("A fingerprint that is none counts as absent") {
  amqp_table_entry_t header = text_entry("x-fingerprint", "0123");
  CHECK(!decode_headers({header}).fingerprint);
  const std::string no_hex(64, 'x');
  header = text_entry("x-fingerprint", no_hex);
  CHECK(!decode_headers({header}).fingerprint);
}

TEST_CASE("Why the broker moved a message is told by its latest death in the main queue") {
  const auto death = [](std::vector<amqp_table_entry_t>& entries) {
    amqp_field_value_t value{};
    value.kind = AMQP_FIELD_KIND_TABLE;
    value.value.table = {.num_entries = static_cast<int>(entries.size()), .entries = entries.data()};
    return value;
  };
  std::vector<amqp_table_entry_t> delayed{text_entry("queue", "delay_queue_1s"), text_entry("reason", "expired")};
  std::vector<amqp_table_entry_t> limited{text_entry("queue", "notification_events"),
                                          text_entry("reason", "delivery_limit")};
  std::vector<amqp_table_entry_t> dropped{text_entry("reason", "maxlen"), text_entry("queue", "notification_events")};
  const auto reason = [](std::vector<amqp_field_value_t> deaths) {
    amqp_table_entry_t header{};
    header.key = to_bytes("x-death");
    header.value.kind = AMQP_FIELD_KIND_ARRAY;
    header.value.value.array = {.num_entries = static_cast<int>(deaths.size()), .entries = deaths.data()};
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_HEADERS_FLAG;
    properties.headers = {.num_entries = 1, .entries = &header};
    return reason_of_move(properties);
  };
  CHECK(reason({death(limited), death(delayed)}) == "delivery_limit");
  CHECK(reason({death(delayed), death(dropped), death(limited)}) == "maxlen");
  CHECK(reason({death(delayed)}).empty());
  CHECK(reason({}).empty());
  CHECK(reason({amqp_field_value_t{}}).empty());
  CHECK(reason_of_move(amqp_basic_properties_t{}).empty());
}
