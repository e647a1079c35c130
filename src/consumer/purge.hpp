#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>

#include "notifier/retention.hpp"

namespace notifier {

using PurgeCounts = std::map<RetentionCategory, std::uint64_t>;

/// Called between two batches with the time that the first one took: waits for as long as the database is to be left to
/// others, and says whether to go on.
using BetweenBatches = std::function<bool(std::chrono::milliseconds took)>;

/// A purge takes at most a fifth of the time of one connection to the database.
inline constexpr int rest_per_batch = 4;

/// Purges all that is older than the policy says, or only counts it, batch by batch. Errors as those of `Retention::purge`.
[[nodiscard]] std::expected<PurgeCounts, RepositoryError> purge_all(Retention& retention, const RetentionPolicy& policy,
                                                                    bool only_count, const BetweenBatches& between);

}  // namespace notifier
