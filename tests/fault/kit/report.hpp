#pragma once

#include <chrono>
#include <optional>

#include "fault/kit/accounting.hpp"

namespace notifier::testing {

/// Prints the account of the running test case and, if NOTIFIER_FAULT_REPORT names a file, appends it to that as a row of
/// the table in docs/reliability.md. `recovery` is how long it took, after the fault had ended, until all processes were
/// ready.
void report(const Account& account, std::optional<std::chrono::milliseconds> recovery = std::nullopt);

}  // namespace notifier::testing
