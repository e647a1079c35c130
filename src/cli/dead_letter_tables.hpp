#pragma once

#include <string>
#include <vector>

#include "cli/terminal.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/replay.hpp"

namespace notifier {

// Dead letters as a terminal shows them, to be written with `write_as_is`.
[[nodiscard]] std::string dead_letter_table(const std::vector<DeadLetterSummary>& dead_letters, const Terminal& terminal);
[[nodiscard]] std::string dead_letter_table(const std::vector<DeadLetterGroup>& groups, const Terminal& terminal);

/// How far a replay is, in one line.
[[nodiscard]] std::string progress_text(const ReplayRecord& replay);

}  // namespace notifier
