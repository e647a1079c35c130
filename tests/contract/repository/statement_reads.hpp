#pragma once

#include <cstdint>
#include <string>

#include "support/database_session.hpp"

namespace notifier::testing {

/// Whether MySQL or MariaDB reads no more than so many rows and entries of indexes for a statement, in the order of the
/// index. If it does, what it read is added to the next assertion's message.
[[nodiscard]] bool reads_at_most(DatabaseSession& session, const std::string& statement, std::uint64_t most);

}  // namespace notifier::testing
