#pragma once

#include <cstddef>

#include "support/temporary_database.hpp"

namespace notifier::bench {

/// Writes rows of `notifications` as fast as the database can: each is inserted and then set to SENT, in batches, on two
/// connections, with no claims and nothing else done. The ceiling for the drain. The schema must be there. Rows per second.
[[nodiscard]] double write_raw_rows(const testing::TemporaryDatabase& database, std::size_t count);

}  // namespace notifier::bench
