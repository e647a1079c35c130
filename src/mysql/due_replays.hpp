#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mysql/connection.hpp"
#include "notifier/dead_letter_work.hpp"

/// What a consuming process does about replays.
namespace notifier::mysql {

[[nodiscard]] SqlResult<std::vector<RunningReplay>> running_replays(Connection& connection);

[[nodiscard]] SqlResult<std::vector<DueReplay>> take_due_replays(Connection& connection, std::uint64_t replay_id,
                                                                 std::size_t limit);

[[nodiscard]] SqlResult<void> finish_replays(Connection& connection, std::uint64_t replay_id,
                                             std::span<const DueReplay> published);

}  // namespace notifier::mysql
