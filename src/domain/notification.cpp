#include "notifier/notification.hpp"

#include <array>
#include <utility>

namespace notifier {
namespace {

constexpr std::array<std::pair<NotificationStatus, std::string_view>, 4> status_names{{
    {NotificationStatus::queued, "QUEUED"},
    {NotificationStatus::sent, "SENT"},
    {NotificationStatus::failed_retrying, "FAILED_RETRYING"},
    {NotificationStatus::failed_dlq, "FAILED_DLQ"},
}};

}  // namespace

std::string_view to_string(NotificationStatus status) {
  for (const auto& [known, name] : status_names) {
    if (known == status) return name;
  }
  std::unreachable();
}

std::optional<NotificationStatus> notification_status_from(std::string_view name) {
  for (const auto& [status, known] : status_names) {
    if (known == name) return status;
  }
  return std::nullopt;
}

std::string notification_id(std::string_view event_id) { return std::string{notification_prefix}.append(event_id); }

Notification make_notification(Event event, std::string route, unsigned attempt) {
  std::string id = notification_id(event.id);
  Content content{.subject = "News: " + event.type,
                  .text = "Hello " + event.recipient.username + ", there is news for you: " + event.type,
                  .html = {}};
  return Notification{.id = std::move(id),
                      .event = std::move(event),
                      .content = std::move(content),
                      .route = std::move(route),
                      .attempt = attempt};
}

}  // namespace notifier
