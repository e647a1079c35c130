#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <exception>
#include <expected>
#include <utility>

#include "http/error_response.hpp"
#include "http/handlers.hpp"
#include "http/trace_context.hpp"
#include "notifier/event_id.hpp"
#include "notifier/event_schema.hpp"
#include "notifier/failpoint.hpp"
#include "notifier/log.hpp"

namespace notifier::http {
namespace {

constexpr std::size_t max_idempotency_key_size = 255;

bool is_json(const SingleField& content_type) {
  if (!content_type.present_once()) return false;
  std::string_view media_type = content_type.value.substr(0, content_type.value.find(';'));
  while (media_type.ends_with(' ') || media_type.ends_with('\t')) media_type.remove_suffix(1);
  return boost::beast::iequals(media_type, "application/json");
}

bool is_printable_ascii(char c) { return c >= 0x20 && c < 0x7F; }

std::expected<std::string, Refusal> choose_event_id(const SingleField& idempotency_key) {
  if (idempotency_key.count == 0) return new_event_id();
  const std::string_view key = idempotency_key.value;
  if (!idempotency_key.present_once() || key.empty() || key.size() > max_idempotency_key_size ||
      !std::ranges::all_of(key, is_printable_ascii)) {
    return std::unexpected{Refusal{
        .status = 400, .detail = "there must be one Idempotency-Key of 1 to 255 printable ASCII characters, or none"}};
  }
  return event_id_from_idempotency_key(key);
}

Message make_message(const Event& event, const std::string& event_id, const SingleField& traceparent) {
  Message message;
  message.event_id = event_id;
  message.event_type = event.type;
  message.body = event_message_body(event_id, event.type, event.timestamp, event.payload);
  message.attempt = 0;
  if (traceparent.present_once() && is_traceparent(traceparent.value)) message.traceparent = traceparent.value;
  return message;
}

Response accepted(const std::string& event_id) {
  return {.status = 202, .body = R"({"message":"Event accepted","eventId":")" + event_id + R"(","status":"QUEUED"})"};
}

Response answer_to(std::expected<void, PublishError> published, const std::string& event_id) {
  if (!published) return error_response(published.error());
  // Called by the broker, which expects no exceptions.
  try {
    failpoint("confirmed");
    log::info("event queued", {{"event_id", event_id}});
    return accepted(event_id);
  } catch (const std::exception& bug) {
    return error_response(InternalError{.detail = bug.what()});
  }
}

}  // namespace

void ingest_event(const Request& request, const HandlerContext& context, Respond respond) {
  if (context.services.broker == nullptr) {
    return respond(error_response(Refusal{.status = 404, .detail = "events are not taken here"}));
  }
  if (!is_json(request.content_type)) {
    return respond(error_response(Refusal{.status = 415, .detail = "the Content-Type must be application/json"}));
  }
  auto event_id = choose_event_id(request.idempotency_key);
  if (!event_id) return respond(error_response(event_id.error()));
  const auto event = parse_ingested_event(request.body);
  if (!event) return respond(error_response(Refusal{.status = 400, .detail = event.error().message}));
  failpoint("request_read");

  Message message = make_message(*event, *event_id, request.traceparent);
  auto on_published = [event_id = std::move(*event_id), respond = std::move(respond)](
                          std::expected<void, PublishError> published) mutable { respond(answer_to(published, event_id)); };
  context.services.broker->publish(std::move(message), Destination{}, std::move(on_published));
  failpoint("published");
}

}  // namespace notifier::http
