#pragma once

#include <string_view>

namespace notifier::sql {

/// Behind `dead_letters`, or `dead_letters LEFT`: the notification of the event that the message of a dead letter names.
inline constexpr std::string_view join_notification =
    " JOIN notifications ON notifications.event_id = dead_letters.event_id";

/// That the dead letter is that notification, and not another message that names its event. Cut out of the identity, since
/// one that is made of an event's id would have to be compared with that of each.
inline constexpr std::string_view is_own = "(identity LIKE 'event:%' AND SUBSTR(identity, 7) = dead_letters.event_id)";

}  // namespace notifier::sql
