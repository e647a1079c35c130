#pragma once

#include <cstddef>
#include <string>

#include "support/temporary_database.hpp"

namespace notifier::bench {

/// Waits until `count` events that were first claimed at `begin` or later, by the database's clock, are SENT. Throws if that
/// takes longer than ten minutes. It reads all rows each time: not for while something is measured.
void await_all_sent(const testing::TemporaryDatabase& database, std::size_t count, const std::string& begin = "2000-01-01");

}  // namespace notifier::bench
