#include <boost/url/pct_string_view.hpp>
#include <optional>
#include <utility>

#include "domain/event_id.hpp"
#include "domain/notification_json.hpp"
#include "http/api/handlers.hpp"
#include "http/api/respond_async.hpp"
#include "http/wire/error_response.hpp"
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

Response find_notification(NotificationRepository& repository, const std::string& event_id) {
  const auto record = repository.find(event_id);
  if (!record) return error_response(record.error());
  if (!*record) return error_response(not_found());
  return {.status = 200, .body = to_json(**record)};
}

}  // namespace

void show_notification(const Request& request, const HandlerContext& context, Respond respond) {
  auto event_id = event_id_from(request.segment);
  if (!event_id) return respond(error_response(not_found()));
  respond_async(context.repository_calls, std::move(respond),
                [&repository = *context.services.repository, event_id = std::move(*event_id)] {
                  return find_notification(repository, event_id);
                });
}

}  // namespace notifier::http
