#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/attempt.hpp"
#include "notifier/dead_letter_state.hpp"
#include "notifier/event.hpp"

namespace notifier {

enum class NotificationStatus : std::uint8_t { queued, sent, failed_retrying, failed_dlq };

/// The name on the wire and in the database: `QUEUED`, `SENT`, `FAILED_RETRYING`, `FAILED_DLQ`.
[[nodiscard]] std::string_view to_string(NotificationStatus status);
[[nodiscard]] std::optional<NotificationStatus> notification_status_from(std::string_view name);

/// The words of a notification, made by a template. `html` is empty when there is no such alternative.
struct Content {
  std::string subject;
  std::string text;
  std::string html;
};

/// What a sender sends. `id` is the same for every attempt and every copy of one event: receivers use it as their
/// idempotency key.
struct Notification {
  std::string id;  ///< `notif-<event id>`
  Event event;
  Content content;
  std::string route;     ///< the name of its route; empty: there are no routes
  unsigned attempt = 1;  ///< number of this attempt, from 1
};

/// What the id of a notification begins with; the id of its event follows.
inline constexpr std::string_view notification_prefix = "notif-";

/// The id of the notification made of an event.
[[nodiscard]] std::string notification_id(std::string_view event_id);

/// Makes the notification for an event, with words that come from the event alone.
[[nodiscard]] Notification make_notification(Event event, std::string route, unsigned attempt);

/// Another notification of the same event.
struct Sibling {
  std::string event_id;
  std::string route;
  NotificationStatus status = NotificationStatus::queued;
};

/// The dead letter that a notification is, with `FAILED_DLQ`. Times are RFC 3339 in UTC.
struct NotificationDeath {
  std::uint64_t dead_letter_id = 0;
  DeadLetterState state = DeadLetterState::dead;
  std::string reason;
  std::string closed_at;  ///< when it was last replayed or discarded; empty: never
  std::string closed_by;
  std::string discard_reason;
};

/// One row, as `GET /notifications/{eventId}` shows it. Times are RFC 3339 in UTC.
struct NotificationRecord {
  std::string event_id;
  std::string event_type;
  std::string recipient;  ///< empty: no longer kept
  NotificationStatus status = NotificationStatus::queued;
  unsigned attempt_count = 0;
  unsigned attempts_before_replay = 0;  ///< the first so many were made before its last replay; 0: it was not replayed
  std::string last_error;               ///< empty: none
  std::string created_at;
  std::string updated_at;
  std::string next_attempt_at;             ///< when its wait is over; empty: it waits for none
  std::string route;                       ///< empty: there are no routes, or none took its type
  std::string sender;                      ///< the last one that was asked; empty: none was, or it is not known
  std::string payload;                     ///< JSON text
  std::optional<NotificationDeath> death;  ///< none: it is not dead
  std::vector<Attempt> attempts;
  std::vector<Sibling> siblings;
};

/// A notification as lists show it. Times are RFC 3339 in UTC.
struct ListedNotification {
  std::string event_id;
  std::string event_type;
  std::string recipient;
  NotificationStatus status = NotificationStatus::queued;
  unsigned attempt_count = 0;
  std::string last_error;  ///< empty: none
  std::string created_at;
  std::string updated_at;
  std::string route;   ///< empty: there are no routes, or none took its type
  std::string sender;  ///< the last one that was asked; empty: none was, or it is not known
};

struct NotificationCount {
  NotificationStatus status = NotificationStatus::queued;
  std::string event_type;
  std::uint64_t count = 0;
};

/// How many notifications were created from `since` and before `until`.
struct NotificationCounts {
  std::chrono::system_clock::time_point since;
  std::chrono::system_clock::time_point until;
  bool complete = true;  ///< false: there were too many to count, `since` is later than was asked for
  std::vector<NotificationCount> counts;
};

}  // namespace notifier
