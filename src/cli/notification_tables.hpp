#pragma once

#include <string>
#include <vector>

#include "cli/terminal.hpp"
#include "notifier/notification.hpp"

namespace notifier {

// What a terminal shows, to be written with `write_as_is`.

[[nodiscard]] std::string notification_table(const std::vector<ListedNotification>& notifications, const Terminal& terminal);

/// All that is known of one: its ids and errors are not cut.
[[nodiscard]] std::string notification_table(const NotificationRecord& record, const Terminal& terminal);

/// How many there are of each event type, and of all.
[[nodiscard]] std::string notification_table(const NotificationCounts& counts, const Terminal& terminal);

/// The attempts of one, a line for each send. The first `before_replay` were made before it was replayed.
[[nodiscard]] std::string attempt_table(const std::vector<Attempt>& attempts, unsigned before_replay,
                                        const Terminal& terminal);

/// How many attempts there are, and how many of them were made after the first `before_replay`.
[[nodiscard]] std::string attempts_text(unsigned count, unsigned before_replay);

}  // namespace notifier
