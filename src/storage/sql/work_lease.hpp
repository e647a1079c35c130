#pragma once

#include <chrono>
#include <string_view>

#include "notifier/notification_row.hpp"
#include "storage/sql/session.hpp"

namespace notifier::sql {

/// Whether `holder` is the one to do the work of this name for `duration` from now: it has been so already, or nobody is.
/// What is held for more than twice as long is held by nobody: a clock was set back.
[[nodiscard]] bool hold_work(Session& session, std::string_view name, const ClaimToken& holder,
                             std::chrono::milliseconds duration);

}  // namespace notifier::sql
