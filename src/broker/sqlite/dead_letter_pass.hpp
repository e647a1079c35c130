#pragma once

#include <SQLiteCpp/Database.h>

#include <chrono>
#include <stop_token>

#include "notifier/broker.hpp"

namespace notifier::embedded {

/// See `Broker::remove_dead_letters`, over a connection to the queue's database that is this thread's. Throws
/// SQLite::Exception.
[[nodiscard]] DeadLetterPass remove_dead_letters(SQLite::Database& database, const RemovableSelector& select_removable,
                                                 const std::stop_token& stop, std::chrono::steady_clock::time_point end);

}  // namespace notifier::embedded
