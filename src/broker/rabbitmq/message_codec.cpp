#include "broker/rabbitmq/message_codec.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/sha256.hpp"
#include "base/utf8.hpp"
#include "notifier/broker_topology.hpp"

namespace notifier::rabbitmq {
namespace {

constexpr std::size_t longest_reason = 255;
constexpr std::size_t longest_last_error = 1024;
constexpr std::uint8_t persistent = 2;

constexpr std::string_view attempt_header = "x-attempt";
constexpr std::string_view generation_header = "x-generation";
constexpr std::string_view route_header = "x-route";
constexpr std::string_view renewals_header = "x-redelivered";
constexpr std::string_view begun_alone_header = "x-begun-alone";
constexpr std::string_view fingerprint_header = "x-fingerprint";
constexpr std::string_view traceparent_header = "traceparent";
constexpr std::string_view reason_header = "x-dead-letter-reason";
constexpr std::string_view last_error_header = "x-last-error";
constexpr std::string_view first_failed_at_header = "x-first-failed-at";
constexpr std::string_view not_before_header = "x-not-before";
constexpr std::string_view deaths_header = "x-death";
constexpr std::string_view delivery_count_header = "x-delivery-count";

/// A short string that is cut would be another one, so what does not fit is left out.
std::string_view as_short_string(std::string_view text) { return text.size() <= longest_short_string ? text : ""; }

std::optional<std::int64_t> integer_from(std::uint64_t number) {
  if (!std::in_range<std::int64_t>(number)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::optional<std::int64_t> integer_from(std::string_view digits) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// Producers differ in the width that they give a number; some write it as text.
std::optional<std::int64_t> integer_from(const amqp_field_value_t& value) {
  switch (value.kind) {
    case AMQP_FIELD_KIND_I8:
      return value.value.i8;
    case AMQP_FIELD_KIND_U8:
      return value.value.u8;
    case AMQP_FIELD_KIND_I16:
      return value.value.i16;
    case AMQP_FIELD_KIND_U16:
      return value.value.u16;
    case AMQP_FIELD_KIND_I32:
      return value.value.i32;
    case AMQP_FIELD_KIND_U32:
      return value.value.u32;
    case AMQP_FIELD_KIND_I64:
      return value.value.i64;
    case AMQP_FIELD_KIND_U64:
      return integer_from(value.value.u64);
    case AMQP_FIELD_KIND_UTF8:
    case AMQP_FIELD_KIND_BYTES:
      return integer_from(to_view(value.value.bytes));
    default:
      return std::nullopt;
  }
}

const amqp_field_value_t* find_header(const amqp_basic_properties_t& properties, std::string_view name) {
  if ((properties._flags & AMQP_BASIC_HEADERS_FLAG) == 0) return nullptr;
  for (int i = 0; i < properties.headers.num_entries; ++i) {
    const amqp_table_entry_t& header = properties.headers.entries[i];
    if (to_view(header.key) == name) return &header.value;
  }
  return nullptr;
}

std::string_view text_entry_of(const amqp_table_t& table, std::string_view name) {
  for (int i = 0; i < table.num_entries; ++i) {
    const amqp_table_entry_t& entry = table.entries[i];
    if (to_view(entry.key) == name && entry.value.kind == AMQP_FIELD_KIND_UTF8) return to_view(entry.value.value.bytes);
  }
  return {};
}

std::optional<std::string> text_header(const amqp_basic_properties_t& properties, std::string_view name) {
  const amqp_field_value_t* const value = find_header(properties, name);
  if (value == nullptr) return std::nullopt;
  if (value->kind != AMQP_FIELD_KIND_UTF8 && value->kind != AMQP_FIELD_KIND_BYTES) return std::nullopt;
  return std::string{to_view(value->value.bytes)};
}

std::optional<unsigned> unsigned_header(const amqp_basic_properties_t& properties, std::string_view name) {
  const amqp_field_value_t* const value = find_header(properties, name);
  const auto number = value == nullptr ? std::nullopt : integer_from(*value);
  if (!number || !std::in_range<unsigned>(*number)) return std::nullopt;
  return static_cast<unsigned>(*number);
}

/// 0 unless it is a time since 1970.
std::int64_t time_header(const amqp_basic_properties_t& properties, std::string_view name) {
  const amqp_field_value_t* const value = find_header(properties, name);
  return value == nullptr ? 0 : std::max<std::int64_t>(integer_from(*value).value_or(0), 0);
}

}  // namespace

std::string_view wire_message_id(const Message& message) { return as_short_string(message.event_id); }

MessageProperties::MessageProperties(const Message& message) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  properties_._flags =
      AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_HEADERS_FLAG;
  properties_.delivery_mode = persistent;
  properties_.content_type = to_bytes("application/json");
  properties_.timestamp = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
  if (const std::string_view id = wire_message_id(message); !id.empty()) {
    properties_._flags |= AMQP_BASIC_MESSAGE_ID_FLAG;
    properties_.message_id = to_bytes(id);
  }
  if (const std::string_view type = as_short_string(message.event_type); !type.empty()) {
    properties_._flags |= AMQP_BASIC_TYPE_FLAG;
    properties_.type = to_bytes(type);
  }
  add_headers(message);
  properties_.headers = {.num_entries = header_count_, .entries = headers_.data()};
}

void MessageProperties::add_header(amqp_table_entry_t entry) {
  headers_.at(static_cast<std::size_t>(header_count_++)) = entry;
}

void MessageProperties::add_headers(const Message& message) {
  if (message.attempt) add_header(integer_entry(attempt_header, *message.attempt));
  if (const auto trace = as_short_string(message.traceparent); !trace.empty()) {
    add_header(text_entry(traceparent_header, trace));
  }
  if (const auto failed_at = as_short_string(message.first_failed_at); !failed_at.empty()) {
    add_header(text_entry(first_failed_at_header, failed_at));
  }
  if (message.generation) add_header(integer_entry(generation_header, *message.generation));
  if (const auto route = as_short_string(message.route); !route.empty()) add_header(text_entry(route_header, route));
  if (message.renewals != 0) add_header(integer_entry(renewals_header, message.renewals));
  if (message.begun_alone != 0) add_header(integer_entry(begun_alone_header, message.begun_alone));
  if (message.fingerprint) {
    fingerprint_ = to_hex(*message.fingerprint);
    add_header(text_entry(fingerprint_header, fingerprint_));
  }
  if (message.not_before != 0) add_header(integer_entry(not_before_header, message.not_before));
  if (message.dead_letter) {
    reason_ = valid_utf8(message.dead_letter->reason, longest_reason);
    last_error_ = valid_utf8(message.dead_letter->last_error, longest_last_error);
    add_header(text_entry(reason_header, reason_));
    add_header(text_entry(last_error_header, last_error_));
  }
}

Message decode_message(const amqp_basic_properties_t& properties) {
  Message message;
  if ((properties._flags & AMQP_BASIC_MESSAGE_ID_FLAG) != 0) message.event_id = to_view(properties.message_id);
  if ((properties._flags & AMQP_BASIC_TYPE_FLAG) != 0) message.event_type = to_view(properties.type);
  message.attempt = unsigned_header(properties, attempt_header);
  message.generation = unsigned_header(properties, generation_header);
  message.route = text_header(properties, route_header).value_or("");
  message.renewals = unsigned_header(properties, renewals_header).value_or(0);
  message.begun_alone = unsigned_header(properties, begun_alone_header).value_or(0);
  if (const auto hex = text_header(properties, fingerprint_header)) message.fingerprint = sha256_from_hex(*hex);
  message.traceparent = text_header(properties, traceparent_header).value_or("");
  message.first_failed_at = text_header(properties, first_failed_at_header).value_or("");
  message.not_before = time_header(properties, not_before_header);
  if (auto reason = text_header(properties, reason_header)) {
    message.dead_letter =
        DeadLetter{.reason = std::move(*reason), .last_error = text_header(properties, last_error_header).value_or("")};
  }
  return message;
}

unsigned delivery_count(const amqp_basic_properties_t& properties) {
  return unsigned_header(properties, delivery_count_header).value_or(0);
}

/// The latest comes first. What waited in a delay queue has a death there too.
std::string reason_of_move(const amqp_basic_properties_t& properties) {
  const amqp_field_value_t* const deaths = find_header(properties, deaths_header);
  if (deaths == nullptr || deaths->kind != AMQP_FIELD_KIND_ARRAY) return {};
  for (int i = 0; i < deaths->value.array.num_entries; ++i) {
    const amqp_field_value_t& death = deaths->value.array.entries[i];
    if (death.kind != AMQP_FIELD_KIND_TABLE || text_entry_of(death.value.table, "queue") != main_queue) continue;
    return std::string{text_entry_of(death.value.table, "reason")};
  }
  return {};
}

bool is_note_of_queue(std::string_view header) { return header == delivery_count_header; }

}  // namespace notifier::rabbitmq
