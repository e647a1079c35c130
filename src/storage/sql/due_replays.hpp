#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "notifier/dead_letter_work.hpp"
#include "storage/sql/session.hpp"

/// What a consuming process does about replays.
namespace notifier::sql {

[[nodiscard]] std::vector<RunningReplay> running_replays(Session& session);

[[nodiscard]] std::vector<DueReplay> take_due_replays(Session& session, std::uint64_t replay_id, std::size_t limit);

void finish_replays(Session& session, std::uint64_t replay_id, std::span<const DueReplay> published);

}  // namespace notifier::sql
