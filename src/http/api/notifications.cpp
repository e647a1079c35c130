#include <utility>

#include "domain/notification_json.hpp"
#include "http/api/handlers.hpp"
#include "http/api/path_id.hpp"
#include "http/api/respond_async.hpp"
#include "http/wire/error_response.hpp"
#include "operations/find_notification.hpp"

namespace notifier::http {
namespace {

Refusal not_found() { return {.status = 404, .detail = "no notification of such an event is known yet"}; }

}  // namespace

void show_notification(const Request& request, const HandlerContext& context, Respond respond) {
  respond_async(context.repository_calls, std::move(respond),
                [&repository = *context.services.repository, written = text_in(request.segment)]() -> Response {
                  const auto record = find_notification(repository, written);
                  if (!record) return error_response(record.error());
                  if (!*record) return error_response(not_found());
                  return {.status = 200, .body = to_json(**record)};
                });
}

}  // namespace notifier::http
