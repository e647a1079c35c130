#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "notifier/notification_repository.hpp"
#include "notifier/readiness.hpp"

namespace notifier {

/// Whether a piece of work beside the sending can be done. Logs when it begins to fail and when it works again, not each
/// time. What is only unavailable counts once that has lasted for a while: a call that is repeated once or twice is no
/// failure. Any thread.
class HousekeepingState {
 public:
  /// `work`: static text.
  explicit HousekeepingState(std::string_view work) : work_{work} {}

  void note_failure(const RepositoryError& error);
  void note_success();

  /// None while it works. The words are for everybody: they name no server and no user.
  [[nodiscard]] std::optional<PartFault> fault() const;

 private:
  using Clock = std::chrono::steady_clock;

  const std::string_view work_;
  mutable std::mutex mutex_;
  std::optional<Clock::time_point> failing_since_;  // guarded by mutex_
  std::optional<std::string> told_;                 // guarded by mutex_; what everybody is told of a failure that counts
};

}  // namespace notifier
