#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "notifier/dead_letter.hpp"
#include "notifier/replay.hpp"

namespace notifier {

// Dead letters as a terminal of that width shows them.
[[nodiscard]] std::string dead_letter_table(const std::vector<DeadLetterSummary>& dead_letters, std::size_t width);
[[nodiscard]] std::string dead_letter_table(const std::vector<DeadLetterGroup>& groups, std::size_t width);

/// How far a replay is, in one line.
[[nodiscard]] std::string progress_text(const ReplayRecord& replay);

}  // namespace notifier
