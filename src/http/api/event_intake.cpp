#include "http/api/event_intake.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <exception>
#include <utility>

#include "domain/event_schema.hpp"
#include "failpoint/failpoint.hpp"
#include "http/api/trace_context.hpp"
#include "notifier/log.hpp"

namespace notifier::http {
namespace {

constexpr std::size_t max_idempotency_key_size = 255;

bool is_printable_ascii(char c) { return c >= 0x20 && c < 0x7F; }

Message make_message(const Event& event, const EventOrigin& origin) {
  Message message;
  message.event_id = origin.event_id;
  message.event_type = event.type;
  message.body = event_message_body(origin.event_id, event.type, event.timestamp, event.payload);
  message.attempt = 0;
  message.traceparent = origin.traceparent;
  return message;
}

std::expected<std::string, Error> outcome_of(std::expected<void, PublishError> published, std::string event_id) {
  if (!published) return std::unexpected{published.error()};
  // Called by the broker, which expects no exceptions.
  try {
    failpoint("confirmed");
    log::info("event queued", {{"event_id", event_id}});
    return event_id;
  } catch (const std::exception& bug) {
    return std::unexpected{InternalError{.detail = bug.what()}};
  }
}

}  // namespace

bool is_content_type(const SingleField& content_type, std::string_view media_type) {
  if (!content_type.present_once()) return false;
  std::string_view sent = content_type.value.substr(0, content_type.value.find(';'));
  while (sent.ends_with(' ') || sent.ends_with('\t')) sent.remove_suffix(1);
  return boost::beast::iequals(sent, media_type);
}

std::expected<std::string_view, Refusal> read_idempotency_key(const SingleField& field) {
  if (field.count == 0) return std::string_view{};
  const std::string_view key = field.value;
  if (!field.present_once() || key.empty() || key.size() > max_idempotency_key_size ||
      !std::ranges::all_of(key, is_printable_ascii)) {
    return std::unexpected{Refusal{
        .status = 400, .detail = "there must be one Idempotency-Key of 1 to 255 printable ASCII characters, or none"}};
  }
  return key;
}

std::string choose_event_id(const IdempotencyKey& key) { return key.key.empty() ? new_event_id() : event_id_from(key); }

std::string_view read_traceparent(const SingleField& field) {
  return field.present_once() && is_traceparent(field.value) ? field.value : std::string_view{};
}

void take_in_event(Broker& broker, std::string_view text, EventOrigin origin, IntakeHandler handler) {
  const auto event = parse_ingested_event(text);
  if (!event) return handler(std::unexpected{Refusal{.status = 400, .detail = event.error().message}});
  failpoint("request_read");

  Message message = make_message(*event, origin);
  auto on_published = [event_id = std::move(origin.event_id),
                       handler = std::move(handler)](std::expected<void, PublishError> published) mutable {
    handler(outcome_of(published, std::move(event_id)));
  };
  broker.publish(std::move(message), Destination{}, std::move(on_published));
}

}  // namespace notifier::http
