#pragma once

#include <cstddef>

#include "support/temporary_database.hpp"

namespace notifier::bench {

/// Waits until `count` events are SENT. Throws if that takes longer than ten minutes.
void await_all_sent(const testing::TemporaryDatabase& database, std::size_t count);

/// From the first claim of an event to the last record of an outcome, by the rows' times.
[[nodiscard]] double seconds_of_draining(const testing::TemporaryDatabase& database);

}  // namespace notifier::bench
