#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "mysql/connection.hpp"
#include "notifier/history_reading.hpp"

namespace notifier::mysql {

// The statements behind the port `NotificationHistory`. Each reads one index, newest first, from the cursor on; the index
// holds recipient and time, and of other parts of the filter every row has to be asked.

/// The columns of a `ListedNotification`, then its time for a cursor.
[[nodiscard]] std::string select_notifications(Connection& connection, const NotificationFilter& filter,
                                               const std::optional<NotificationCursor>& after,
                                               const std::optional<NotificationCursor>& last, std::size_t limit);

/// The time and the id of the `nth` row, whatever its status and type.
[[nodiscard]] std::string select_place(Connection& connection, const NotificationFilter& filter,
                                       const std::optional<NotificationCursor>& after, std::size_t nth);

/// Status, type and how many, for each combination in the window.
[[nodiscard]] std::string select_counts(Connection& connection, CountWindow window);

}  // namespace notifier::mysql
