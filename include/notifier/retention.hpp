#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "notifier/notification_repository.hpp"
#include "notifier/retention_policy.hpp"

namespace notifier {

/// A position in a pass, oldest first: right after the row with this time and id.
struct PurgeCursor {
  std::int64_t at_us = 0;  ///< microseconds since 1970-01-01 UTC
  std::string id;
};

struct PurgeRequest {
  RetentionCategory what = RetentionCategory::sent;
  std::chrono::milliseconds older_than{0};
  std::optional<PurgeCursor> after;  ///< none: from the oldest on
  std::size_t limit = 1;             ///< rows looked at
  bool only_count = false;           ///< nothing is changed
};

struct PurgedBatch {
  std::uint64_t purged = 0;
  std::optional<PurgeCursor> next;  ///< none: no more of them are old enough
};

/// Port: purges what is too old.
///
/// All methods block, for a few seconds at most, and may be called from any thread. Errors are those of
/// `NotificationRepository`.
class Retention {
 public:
  virtual ~Retention() = default;

  /// Whether `holder` has the lease on this work for `duration` from now: it had it already, or nobody has it. All ask for
  /// the same duration; a lease that another one seems to hold for more than twice that comes from a clock that was set
  /// back, and is void.
  [[nodiscard]] virtual std::expected<bool, RepositoryError> hold(const ClaimToken& holder,
                                                                  std::chrono::milliseconds duration) = 0;

  /// Looks at the next rows, a whole batch or nothing. What is unfinished is never touched. A dead letter whose message may
  /// still be in the dead letter queue is discarded first; a later pass removes its row, once the message is gone.
  [[nodiscard]] virtual std::expected<PurgedBatch, RepositoryError> purge(const PurgeRequest& request) = 0;
};

/// Who discards a dead letter that is too old.
inline constexpr std::string_view discarded_by_retention = "retention";

}  // namespace notifier
