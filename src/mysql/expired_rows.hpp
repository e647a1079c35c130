#pragma once

#include "mysql/connection.hpp"
#include "notifier/retention.hpp"

namespace notifier::mysql {

/// See `Retention::purge`, for each thing that is kept for a while only.
[[nodiscard]] SqlResult<PurgedBatch> purge_notifications(Connection& connection, const PurgeRequest& request);
[[nodiscard]] SqlResult<PurgedBatch> purge_dead_letters(Connection& connection, const PurgeRequest& request);
[[nodiscard]] SqlResult<PurgedBatch> purge_replays(Connection& connection, const PurgeRequest& request);

}  // namespace notifier::mysql
