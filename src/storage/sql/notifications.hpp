#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "notifier/notification.hpp"
#include "storage/sql/session.hpp"

/// What is asked about one notification.
namespace notifier::sql {

[[nodiscard]] std::optional<NotificationRecord> find_notification(Session& session, std::string_view event_id);

/// Those of an event's notification, in their order.
[[nodiscard]] std::vector<Attempt> read_attempts(Session& session, std::string_view event_id);

}  // namespace notifier::sql
