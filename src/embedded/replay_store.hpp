#pragma once

#include <SQLiteCpp/Database.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "notifier/replay.hpp"

namespace notifier::embedded {

/// What operators ask about replays. One thread at a time. What fails throws SQLite::Exception and has changed nothing.
[[nodiscard]] std::optional<ReplayRecord> find_replay(SQLite::Database& database, std::uint64_t id);
[[nodiscard]] std::vector<ReplayItem> replay_items(SQLite::Database& database, std::uint64_t replay_id, std::uint64_t after,
                                                   std::size_t limit);
[[nodiscard]] bool cancel_replay(SQLite::Database& database, std::uint64_t id);

}  // namespace notifier::embedded
