#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "notifier/notification_repository.hpp"

namespace notifier {

/// The notification that somebody means who wrote the id of an event or of a notification; see `event_ids_meant_by`. Blocks
/// as the port does, and may be called from any thread.
[[nodiscard]] std::expected<std::optional<NotificationRecord>, RepositoryError> find_notification(
    NotificationRepository& repository, std::string_view written);

}  // namespace notifier
