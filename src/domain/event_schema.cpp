#include "domain/event_schema.hpp"

#include <algorithm>
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <iterator>
#include <limits>
#include <utility>

#include "base/checked_json.hpp"
#include "base/email_address.hpp"
#include "base/iso_timestamp.hpp"
#include "base/json_slice.hpp"
#include "base/utf8.hpp"
#include "domain/event_id.hpp"
#include "domain/fingerprint.hpp"

namespace notifier {
namespace {

namespace json = boost::json;

template <typename Value>
using Checked = std::expected<Value, InvalidEvent>;

/// The rules of one field that holds a string. Lengths are in UTF-16 units.
struct StringField {
  std::string_view key;
  std::string_view label;
  std::size_t min_length = 1;
  std::size_t max_length = std::numeric_limits<std::size_t>::max();
  bool (*has_format)(std::string_view) = nullptr;
  std::string_view format_fault{};
};

constexpr StringField event_type_field{.key = "eventType", .label = "eventType", .max_length = 255};
constexpr StringField timestamp_field{
    .key = "timestamp", .label = "timestamp", .has_format = is_iso_timestamp, .format_fault = "must be in iso format"};
constexpr StringField user_id_field{.key = "userId", .label = "payload.userId"};
constexpr StringField email_field{
    .key = "email", .label = "payload.email", .has_format = is_email_address, .format_fault = "must be a valid email"};
constexpr StringField username_field{.key = "username", .label = "payload.username", .min_length = 3, .max_length = 30};

constexpr std::string_view payload_key = "payload";
constexpr unsigned highest_retry_count = 1000;

std::unexpected<InvalidEvent> fault(std::string_view label, std::string_view text) {
  return std::unexpected{InvalidEvent{.message = quoted_key(label) + ' ' + std::string{text}}};
}

std::unexpected<InvalidEvent> length_fault(std::string_view label, std::string_view relation, std::size_t limit) {
  return fault(label, "length must be " + std::string{relation} + ' ' + std::to_string(limit) + " characters long");
}

Checked<std::string_view> checked_string(const json::object& object, const StringField& field) {
  const json::value* value = object.if_contains(field.key);
  if (value == nullptr) return fault(field.label, "is required");
  if (!value->is_string()) return fault(field.label, "must be a string");

  const std::string_view text = value->get_string();
  if (text.empty()) return fault(field.label, "is not allowed to be empty");
  const std::size_t length = utf16_length(text);
  if (length < field.min_length) return length_fault(field.label, "at least", field.min_length);
  if (length > field.max_length) return length_fault(field.label, "less than or equal to", field.max_length);
  if (field.has_format != nullptr && !field.has_format(text)) return fault(field.label, field.format_fault);
  if (text.contains('\0')) return fault(field.label, "must not contain NUL characters");
  return text;
}

Checked<Recipient> read_recipient(const json::object& payload) {
  const auto user_id = checked_string(payload, user_id_field);
  if (!user_id) return std::unexpected{user_id.error()};
  const auto email = checked_string(payload, email_field);
  if (!email) return std::unexpected{email.error()};
  const auto username = checked_string(payload, username_field);
  if (!username) return std::unexpected{username.error()};
  return Recipient{.user_id = std::string{*user_id}, .email = std::string{*email}, .username = std::string{*username}};
}

/// The payload as it stands in `text`, from which `event` was read.
std::string_view payload_text(std::string_view text, const json::object& event) {
  const auto index = std::distance(event.begin(), event.find(payload_key));
  return member_value_text(text, static_cast<std::size_t>(index));
}

/// Checks all fields of an event but its id and its unknown keys, and leaves the fingerprint out.
Checked<Event> read_fields(const json::object& object, std::string_view text) {
  const auto type = checked_string(object, event_type_field);
  if (!type) return std::unexpected{type.error()};
  const auto timestamp = checked_string(object, timestamp_field);
  if (!timestamp) return std::unexpected{timestamp.error()};

  const json::value* payload = object.if_contains(payload_key);
  if (payload == nullptr) return fault(payload_key, "is required");
  if (!payload->is_object()) return fault(payload_key, "must be of type object");
  auto recipient = read_recipient(payload->get_object());
  if (!recipient) return std::unexpected{recipient.error()};

  return Event{.id = {},
               .type = std::string{*type},
               .timestamp = std::string{*timestamp},
               .payload = std::string{payload_text(text, object)},
               .recipient = std::move(*recipient)};
}

Checked<void> refuse_unknown_keys(const json::object& object) {
  constexpr std::array known{event_type_field.key, timestamp_field.key, payload_key};
  for (const auto& member : object) {
    if (std::ranges::find(known, std::string_view{member.key()}) == known.end())
      return fault(member.key(), "is not allowed");
  }
  return {};
}

/// The id under `key`; empty when there is none.
Checked<std::string> read_id(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return std::string{};
  if (!value->is_string()) return fault(key, "must be a string");
  const std::string_view id = value->get_string();
  if (!is_valid_event_id(id)) return fault(key, "must be 1 to 128 printable ASCII characters without spaces");
  return std::string{id};
}

Checked<std::string> read_either_id(const json::object& object) {
  auto id = read_id(object, "id");
  if (!id) return id;
  auto event_id = read_id(object, "eventId");
  if (!event_id) return event_id;
  if (id->empty() && event_id->empty()) return fault("id", "is required");
  if (id->empty()) return event_id;
  if (!event_id->empty() && *id != *event_id) return fault("eventId", "must be equal to \"id\"");
  return id;
}

Checked<std::optional<unsigned>> read_retry_count(const json::object& object) {
  constexpr std::string_view key = "retryCount";
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto count = value->to_number<unsigned>(error);
  if (error || count > highest_retry_count) {
    return fault(key, "must be an integer from 0 to " + std::to_string(highest_retry_count));
  }
  return count;
}

/// Reads `body` as a JSON object and hands it to `read`.
template <typename Read>
auto read_body(std::string_view body, std::size_t max_bytes, Read read)
    -> decltype(read(std::declval<const json::object&>())) {
  if (body.empty()) return std::unexpected{InvalidEvent{.message = "body is empty"}};
  if (body.size() > max_bytes) {
    return std::unexpected{InvalidEvent{.message = "body is larger than " + std::to_string(max_bytes) + " bytes"}};
  }
  std::array<unsigned char, 4096> buffer;
  json::monotonic_resource memory{buffer.data(), buffer.size()};
  const auto value = read_checked_json(body, &memory);
  if (!value) return std::unexpected{InvalidEvent{.message = value.error()}};
  if (!value->is_object()) return fault("value", "must be of type object");
  return read(value->get_object());
}

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void append_json_string(std::string& out, std::string_view text) {
  if (std::ranges::any_of(text, needs_escape)) {
    out += json::serialize(json::string_view{text.data(), text.size()});
  } else {
    out.append("\"").append(text).append("\"");
  }
}

}  // namespace

std::expected<Event, InvalidEvent> parse_ingested_event(std::string_view body) {
  return read_body(body, max_event_bytes, [body](const json::object& object) -> Checked<Event> {
    auto event = read_fields(object, body);
    if (!event) return event;
    if (const auto known = refuse_unknown_keys(object); !known) return std::unexpected{known.error()};
    return event;
  });
}

std::expected<QueuedEvent, InvalidEvent> parse_queued_event(std::string_view body) {
  return read_body(body, max_message_bytes, [body](const json::object& object) -> Checked<QueuedEvent> {
    auto event = read_fields(object, body);
    if (!event) return std::unexpected{std::move(event.error())};
    auto id = read_either_id(object);
    if (!id) return std::unexpected{std::move(id.error())};
    const auto retry_count = read_retry_count(object);
    if (!retry_count) return std::unexpected{retry_count.error()};
    event->id = std::move(*id);
    event->fingerprint = fingerprint_of(event->type, event->timestamp, object.at(payload_key).get_object());
    return QueuedEvent{.event = std::move(*event), .retry_count = *retry_count};
  });
}

std::string event_message_body(std::string_view id, std::string_view type, std::string_view timestamp,
                               std::string_view payload_json) {
  constexpr std::size_t keys_and_punctuation = 64;
  std::string body;
  body.reserve(id.size() + type.size() + timestamp.size() + payload_json.size() + keys_and_punctuation);
  body += R"({"id":)";
  append_json_string(body, id);
  body += R"(,"eventType":)";
  append_json_string(body, type);
  body += R"(,"timestamp":)";
  append_json_string(body, timestamp);
  body += R"(,"payload":)";
  body += payload_json;
  body += '}';
  return body;
}

}  // namespace notifier
