#pragma once

#include <string_view>

namespace notifier::sql {

/// Behind `dead_letters`, or `dead_letters LEFT`: the notification that a dead letter is. Another message may name its event
/// too; only the identity tells. Found by its key, not by an identity that is made up of each.
inline constexpr std::string_view join_own_notification =
    " JOIN notifications ON notifications.event_id = dead_letters.event_id"
    " AND identity LIKE 'event:%' AND SUBSTR(identity, 7) = dead_letters.event_id";

}  // namespace notifier::sql
