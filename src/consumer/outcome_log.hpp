#pragma once

#include <string_view>

#include "notifier/notification_repository.hpp"

namespace notifier {

/// Logs what was recorded: that a notification was sent, failed or was deferred, by which sender of which route.
/// `attempt_count` includes this attempt.
void log_outcome(const Outcome& outcome, std::string_view route, unsigned attempt_count);

}  // namespace notifier
