#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/replay_watch.hpp"
#include "cli/terminal.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/replay.hpp"
#include "operations/dead_letter_operations.hpp"

namespace notifier {

// Dead letters as a terminal shows them, to be written with `write_as_is`.
[[nodiscard]] std::string dead_letter_table(const std::vector<DeadLetterSummary>& dead_letters, const Terminal& terminal);
[[nodiscard]] std::string dead_letter_table(const std::vector<DeadLetterGroup>& groups, const Terminal& terminal);

/// All that is known of one: its ids and errors are not cut.
[[nodiscard]] std::string dead_letter_table(const DeadLetterRecord& dead, const Terminal& terminal);

/// How many dead letters would be replayed, and some of them.
[[nodiscard]] std::string replay_table(const ReplayPreview& preview, const Terminal& terminal);

/// What became of a replay, in a line, and of those of its dead letters that are listed.
[[nodiscard]] std::string replay_table(const ReplayReport& report, const Terminal& terminal);

/// "1 dead letter", "2 dead letters".
[[nodiscard]] std::string dead_letters_text(std::uint64_t count);

/// What became of a replay, in one line.
[[nodiscard]] std::string outcome_text(const ReplayRecord& replay);

/// How far a replay is, in one line of at most 79 columns.
[[nodiscard]] std::string progress_text(const ReplayRecord& replay);

}  // namespace notifier
