#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "notifier/notification.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier {

/// Which notifications are meant. Unset or empty members do not matter.
struct NotificationFilter {
  std::optional<NotificationStatus> status;
  std::string event_type;
  std::string recipient;                                       ///< the e-mail address, whatever the case of its letters
  std::optional<std::chrono::system_clock::time_point> since;  ///< created then or later
  std::optional<std::chrono::system_clock::time_point> until;  ///< created before
};

/// A position in a list, newest first: right after the notification with this time and event.
struct NotificationCursor {
  std::int64_t created_at_us = 0;  ///< microseconds since 1970-01-01 UTC
  std::string event_id;
};

struct NotificationPage {
  std::vector<ListedNotification> notifications;
  std::optional<NotificationCursor> next;  ///< none: this was the last page
};

/// How far counts go back unless somebody says otherwise.
inline constexpr std::chrono::hours usually_counted{24};

/// Port: notifications as operators list and count them. All methods block, for a few seconds at most, and may be called
/// from any thread. Errors are those of `NotificationRepository`.
class NotificationHistory {
 public:
  virtual ~NotificationHistory() = default;

  /// Newest first, `limit` at most, which must not be 0. A call looks at a bounded number of rows: a page may be short, even
  /// empty, and still have a `next`.
  [[nodiscard]] virtual std::expected<NotificationPage, RepositoryError> list(const NotificationFilter& filter,
                                                                              std::optional<NotificationCursor> after,
                                                                              std::size_t limit) = 0;

  /// Those created from `since` and before `until`, counted by status and type, newest first for as long as a call may take.
  [[nodiscard]] virtual std::expected<NotificationCounts, RepositoryError> count(
      std::chrono::system_clock::time_point since, std::chrono::system_clock::time_point until) = 0;
};

}  // namespace notifier
