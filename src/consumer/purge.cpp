#include "consumer/purge.hpp"

#include <chrono>
#include <utility>

namespace notifier {
namespace {

/// A batch of this size takes a few milliseconds, and nobody waits longer for its locks.
constexpr std::size_t rows_in_a_batch = 500;

std::expected<std::uint64_t, RepositoryError> purge_all_of(Retention& retention, PurgeRequest request,
                                                           const BetweenBatches& between) {
  std::uint64_t purged = 0;
  while (true) {
    const auto begun_at = std::chrono::steady_clock::now();
    auto batch = retention.purge(request);
    if (!batch) return std::unexpected{std::move(batch.error())};
    purged += batch->purged;
    if (!batch->next) return purged;
    request.after = std::move(batch->next);
    if (!between(std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_at))) return purged;
  }
}

}  // namespace

std::expected<PurgeCounts, RepositoryError> purge_all(Retention& retention, const RetentionPolicy& policy, bool only_count,
                                                      const BetweenBatches& between) {
  PurgeCounts counts;
  for (const RetentionCategory what : retention_categories) {
    const auto older_than = kept_for(policy, what);
    if (!older_than) continue;
    const auto purged = purge_all_of(
        retention, {.what = what, .older_than = *older_than, .limit = rows_in_a_batch, .only_count = only_count}, between);
    if (!purged) return std::unexpected{purged.error()};
    counts[what] = *purged;
  }
  return counts;
}

}  // namespace notifier
