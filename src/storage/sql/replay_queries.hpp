#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "notifier/replay.hpp"
#include "storage/sql/session.hpp"

/// What operators ask about replays.
namespace notifier::sql {

[[nodiscard]] std::optional<ReplayRecord> find_replay(Session& session, std::uint64_t id);

[[nodiscard]] std::vector<ReplayItem> replay_items(Session& session, std::uint64_t replay_id, std::uint64_t after,
                                                   std::size_t limit);

}  // namespace notifier::sql
