#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "cli/subcommand.hpp"
#include "notifier/dead_letter_repository.hpp"

namespace notifier {

/// How many dead letters of a replay are listed at most, those that are not sent before the others.
inline constexpr std::size_t most_items_listed = 100;

/// A replay, and what became of some of its dead letters.
struct ReplayReport {
  ReplayRecord replay;
  std::vector<ReplayItem> items;
};

/// Reads all items to choose those that are listed.
[[nodiscard]] std::expected<ReplayReport, RepositoryError> report_on(DeadLetterRepository& repository, ReplayRecord replay);

/// The replay's own JSON with `items`.
[[nodiscard]] std::string to_json(const ReplayReport& report);

/// Waits until each dead letter of the replay has its outcome, with a line of progress if standard error is a terminal.
/// SIGINT and SIGTERM end the waiting alone: the failure says how to go on.
[[nodiscard]] std::expected<ReplayRecord, CommandFailure> watch_replay(DeadLetterRepository& repository, std::uint64_t id);

/// 0; or 1 if some of its dead letters died again or stay dead.
[[nodiscard]] int exit_status_of(const ReplayRecord& replay);

}  // namespace notifier
