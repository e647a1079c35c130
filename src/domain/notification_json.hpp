#pragma once

#include <string>

#include "notifier/notification.hpp"

namespace notifier {

// How notifications are shown, over HTTP and in a shell alike: JSON, in one line but for payloads,
// which are as they came.

/// With payload and failed attempts.
[[nodiscard]] std::string to_json(const NotificationRecord& record);

[[nodiscard]] std::string to_json(const ListedNotification& notification);

/// Totals by status and by type; of the types the most frequent thousand.
[[nodiscard]] std::string to_json(const NotificationCounts& counts);

}  // namespace notifier
