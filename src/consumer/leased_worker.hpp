#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <stop_token>
#include <thread>

#include "notifier/notification_repository.hpp"
#include "notifier/notification_row.hpp"

namespace notifier {

/// Does work, on a thread of its own, that only one of all processes may do at a time. A process that ends, or hangs, loses
/// it to another one when its lease is over.
class LeasedWorker {
 public:
  /// `work.hold(holder, duration)` asks the database for the lease. The work outlives it.
  template <typename Work>
  explicit LeasedWorker(Work& work)
      : ask_{[&work](const ClaimToken& holder, std::chrono::milliseconds duration) { return work.hold(holder, duration); }} {
  }

  /// Each worker's own destructor stops it first: its thread uses what only that has.
  virtual ~LeasedWorker() = default;
  LeasedWorker(const LeasedWorker&) = delete;
  LeasedWorker& operator=(const LeasedWorker&) = delete;

  /// The schema is there. Once.
  void start();

  /// Begins nothing more. What is not finished is left to whoever comes next.
  void begin_stop() { thread_.request_stop(); }

  /// Likewise, and waits for the end of what is under way: some seconds at most.
  void stop();

 protected:
  /// All that the thread does: returns soon after a stop was asked for.
  virtual void run(const std::stop_token& stop) = 0;

  // Of the thread alone.

  /// Whether the work is this process's for `duration` from now; for none: gives it up.
  [[nodiscard]] bool hold(std::chrono::milliseconds duration);

  /// What `hold` said last.
  [[nodiscard]] bool holds() const { return holds_; }

 private:
  const std::function<std::expected<bool, RepositoryError>(const ClaimToken&, std::chrono::milliseconds)> ask_;
  const ClaimToken holder_ = new_claim_token();
  bool holds_ = false;
  std::jthread thread_;
};

}  // namespace notifier
