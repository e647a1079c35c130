#pragma once

#include <cstddef>
#include <optional>

#include "storage/sql/dialect.hpp"
#include "storage/sql/history_reading.hpp"
#include "storage/sql/statement.hpp"

namespace notifier::sql {

// The statements behind the port `NotificationHistory`. Each reads one index, or two side by side, newest first, from the
// cursor on; it holds recipient and time, and of other parts of the filter every row has to be asked.

/// The columns of a `ListedNotification`, its time as a cursor has it.
[[nodiscard]] Statement select_notifications(const Dialect& dialect, const NotificationFilter& filter,
                                             const std::optional<NotificationCursor>& after,
                                             const std::optional<NotificationCursor>& last, std::size_t limit);

/// The time and the id of the `nth` row, whatever its status and type.
[[nodiscard]] Statement select_place(const Dialect& dialect, const NotificationFilter& filter,
                                     const std::optional<NotificationCursor>& after, std::size_t nth);

/// Status, type and how many, for each combination in the window.
[[nodiscard]] Statement select_counts(const Dialect& dialect, CountWindow window);

}  // namespace notifier::sql
