#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "mysql/connection.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier::mysql {

[[nodiscard]] SqlResult<std::optional<NotificationRecord>> find_notification(Connection& connection,
                                                                             std::string_view event_id);

[[nodiscard]] SqlResult<std::vector<StuckNotification>> take_stuck_notifications(Connection& connection,
                                                                                 std::chrono::milliseconds idle,
                                                                                 std::size_t limit);

/// Whether the server answers and has the table.
[[nodiscard]] SqlResult<void> ping(Connection& connection);

}  // namespace notifier::mysql
