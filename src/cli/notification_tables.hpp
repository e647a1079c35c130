#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "notifier/notification.hpp"

namespace notifier {

// What a terminal of that width shows. Ids are never cut.

[[nodiscard]] std::string notification_table(const std::vector<ListedNotification>& notifications, std::size_t width);
[[nodiscard]] std::string notification_table(const NotificationRecord& record, std::size_t width);

}  // namespace notifier
