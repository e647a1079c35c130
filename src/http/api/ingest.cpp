#include <expected>
#include <utility>

#include "failpoint/failpoint.hpp"
#include "http/api/event_intake.hpp"
#include "http/api/handlers.hpp"
#include "http/wire/error_response.hpp"

namespace notifier::http {
namespace {

Response accepted(const std::string& event_id) {
  return {.status = 202, .body = R"({"message":"Event accepted","eventId":")" + event_id + R"(","status":"QUEUED"})"};
}

}  // namespace

void ingest_event(const Request& request, const HandlerContext& context, Respond respond) {
  if (!is_content_type(request.content_type, "application/json")) {
    return respond(error_response(Refusal{.status = 415, .detail = "the Content-Type must be application/json"}));
  }
  const auto key = read_idempotency_key(request.idempotency_key);
  if (!key) return respond(error_response(key.error()));

  EventOrigin origin{.event_id = choose_event_id({.client = request.client, .key = *key}),
                     .traceparent = read_traceparent(request.traceparent)};
  take_in_event(*context.services.broker, request.body, std::move(origin),
                [respond = std::move(respond)](std::expected<std::string, Error> event_id) mutable {
                  respond(event_id ? accepted(*event_id) : error_response(event_id.error()));
                });
  failpoint("published");
}

}  // namespace notifier::http
