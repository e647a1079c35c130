#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "notifier/notification_repository.hpp"
#include "notifier/notification_row.hpp"

namespace notifier {

/// A thread for work that only one process may do at a time. A process that ends, or hangs, loses it to another when its
/// lease expires. Ends with its owner, as `stop` does.
class LeasedThread {
 public:
  /// `work.hold(holder, duration)` asks the database for the lease; the work outlives the thread. `run` is all that the
  /// thread does, and returns soon after a stop is requested.
  template <typename Work>
  LeasedThread(Work& work, std::function<void(const std::stop_token& stop)> run)
      : ask_{[&work](const ClaimToken& holder, std::chrono::milliseconds duration) { return work.hold(holder, duration); }},
        run_{std::move(run)} {}

  /// Call once, when the schema is there.
  void start();

  /// Begins nothing more. What is not finished is left to whoever comes next.
  void begin_stop() { thread_.request_stop(); }

  /// Likewise, and waits for the end of what is under way: some seconds at most.
  void stop();

  // By `run` alone.

  /// Whether the work is this process's for `duration` from now; for none: gives it up.
  [[nodiscard]] bool hold(std::chrono::milliseconds duration);

  /// What `hold` said last.
  [[nodiscard]] bool holds() const { return holds_; }

  /// Why `hold` could not ask when it was called last. None: it could, or was not called yet.
  [[nodiscard]] const std::optional<RepositoryError>& failure() const { return failure_; }

 private:
  const std::function<std::expected<bool, RepositoryError>(const ClaimToken&, std::chrono::milliseconds)> ask_;
  const std::function<void(const std::stop_token& stop)> run_;
  const ClaimToken holder_ = new_claim_token();
  bool holds_ = false;
  std::optional<RepositoryError> failure_;
  std::jthread thread_;
};

}  // namespace notifier
