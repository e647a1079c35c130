#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "mysql/connection.hpp"
#include "notifier/replay.hpp"

/// What operators ask about replays.
namespace notifier::mysql {

[[nodiscard]] SqlResult<std::optional<ReplayRecord>> find_replay(Connection& connection, std::uint64_t id);

[[nodiscard]] SqlResult<std::vector<ReplayItem>> replay_items(Connection& connection, std::uint64_t replay_id,
                                                              std::uint64_t after, std::size_t limit);

[[nodiscard]] SqlResult<bool> cancel_replay(Connection& connection, std::uint64_t id);

}  // namespace notifier::mysql
