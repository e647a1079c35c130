#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "notifier/notification_repository.hpp"
#include "storage/mysql/connection.hpp"

namespace notifier::mysql {

/// See `NotificationRepository::take_stuck`. Looks at a bounded number of rows, so several calls may be needed to get
/// through a long history for the first time.
[[nodiscard]] std::vector<StuckNotification> take_stuck_notifications(Connection& connection, std::chrono::milliseconds idle,
                                                                      std::size_t limit);

}  // namespace notifier::mysql
