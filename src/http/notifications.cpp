#include <boost/url/pct_string_view.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "http/blocking_calls.hpp"
#include "http/error_response.hpp"
#include "http/handlers.hpp"
#include "notifier/event_id.hpp"
#include "notifier/notification.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier::http {
namespace {

Refusal not_found() { return {.status = 404, .detail = "no notification of such an event is known yet"}; }

/// The id that a path names. None when the percent-encoding is broken or no event can have such an id.
std::optional<std::string> event_id_from(std::string_view segment) {
  const auto encoded = boost::urls::make_pct_string_view(segment);
  if (!encoded) return std::nullopt;
  std::string event_id = encoded->decode();
  if (!is_valid_event_id(event_id)) return std::nullopt;
  return event_id;
}

std::string attempts_json(const std::vector<FailedAttempt>& attempts) {
  std::string json = "[";
  for (const FailedAttempt& attempt : attempts) {
    if (json.size() > 1) json += ',';
    json += R"({"attempt":)" + std::to_string(attempt.attempt);
    json += R"(,"at":)" + json_string(attempt.at);
    json += R"(,"error":)" + json_string(attempt.error) + '}';
  }
  return json + ']';
}

std::string notification_json(const NotificationRecord& record) {
  std::string json = R"({"eventId":)" + json_string(record.event_id);
  json += R"(,"notificationId":)" + json_string(notification_id(record.event_id));
  json += R"(,"eventType":)" + json_string(record.event_type);
  json += R"(,"status":)" + json_string(to_string(record.status));
  json += R"(,"attemptCount":)" + std::to_string(record.attempt_count);
  json += R"(,"lastError":)" + (record.last_error.empty() ? std::string{"null"} : json_string(record.last_error));
  json += R"(,"createdAt":)" + json_string(record.created_at);
  json += R"(,"updatedAt":)" + json_string(record.updated_at);
  json += R"(,"payload":)" + record.payload;
  json += R"(,"attempts":)" + attempts_json(record.failed_attempts) + '}';
  return json;
}

Response find_notification(NotificationRepository& repository, const std::string& event_id) try {
  const auto record = repository.find(event_id);
  if (!record) return error_response(record.error());
  if (!*record) return error_response(not_found());
  return {.status = 200, .body = notification_json(**record)};
} catch (const std::exception& bug) {
  return error_response(InternalError{.detail = bug.what()});
}

}  // namespace

void show_notification(const Request& request, const HandlerContext& context, Respond respond) {
  NotificationRepository* const repository = context.services.repository;
  if (repository == nullptr) {
    return respond(error_response(Refusal{.status = 503, .detail = "no database is configured here"}));
  }
  auto event_id = event_id_from(request.event_segment);
  if (!event_id) return respond(error_response(not_found()));
  auto respond_later = std::make_shared<Respond>(std::move(respond));
  const bool accepted = context.blocking_calls.try_run([repository, event_id = std::move(*event_id), respond_later] {
    (*respond_later)(find_notification(*repository, event_id));
  });
  if (!accepted)
    (*respond_later)(error_response(Refusal{.status = 503, .detail = "too many requests wait for the database"}));
}

}  // namespace notifier::http
