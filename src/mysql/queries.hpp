#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "mysql/connection.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier::mysql {

[[nodiscard]] SqlResult<std::optional<NotificationRecord>> find_notification(Connection& connection,
                                                                             std::string_view event_id);

/// In their order.
[[nodiscard]] SqlResult<std::vector<FailedAttempt>> failed_attempts(Connection& connection, std::string_view event_id);

/// Whether the server answers and has the table.
[[nodiscard]] SqlResult<void> ping(Connection& connection);

/// See `NotificationRepository::ping_writing`.
[[nodiscard]] SqlResult<void> ping_writing(Connection& connection);

/// See `NotificationRepository::ping_committing`.
[[nodiscard]] SqlResult<void> ping_committing(Connection& connection);

}  // namespace notifier::mysql
