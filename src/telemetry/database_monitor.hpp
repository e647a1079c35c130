#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "notifier/notification_repository.hpp"

namespace notifier {

/// Asks the database again and again whether it answers, on a thread of its own, and logs each change once. The repository
/// outlives it.
class DatabaseMonitor {
 public:
  explicit DatabaseMonitor(NotificationRepository& repository);

  /// The answer to the last question. Any thread; returns at once.
  [[nodiscard]] bool available() const { return available_; }

 private:
  void run(const std::stop_token& stop);
  void note(const std::expected<void, RepositoryError>& answer);

  NotificationRepository& repository_;
  std::atomic<bool> available_ = false;
  bool asked_ = false;  ///< the thread's own
  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::jthread thread_;
};

}  // namespace notifier
