#pragma once

#include <SQLiteCpp/Database.h>

#include <chrono>

#include "notifier/notification_row.hpp"

namespace notifier::embedded {

/// Whether `holder` is the one to do the work of this name for `duration` from now: it has been so already, or nobody is.
/// Throws SQLite::Exception.
[[nodiscard]] bool hold_work(SQLite::Database& database, const char* name, const ClaimToken& holder,
                             std::chrono::milliseconds duration);

}  // namespace notifier::embedded
