#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <mutex>
#include <stop_token>
#include <thread>

#include "notifier/notification_repository.hpp"
#include "telemetry/observed_repository.hpp"

namespace notifier {

/// What a process needs of the database.
enum class DatabaseUse : std::uint8_t { reading, writing };

/// Asks the database again and again whether it answers and, where that is needed, takes what is written, on a thread of its
/// own. Claims or records that fail all the time say that it does not, whatever it answers. Logs each change once. The
/// repository outlives it.
class DatabaseMonitor {
 public:
  DatabaseMonitor(ObservedRepository& repository, DatabaseUse use);

  /// The answer to the last question. Any thread; returns at once.
  [[nodiscard]] bool available() const { return available_; }

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] std::expected<void, RepositoryError> ask();
  [[nodiscard]] std::expected<void, RepositoryError> ask_about_writing();
  [[nodiscard]] std::expected<void, RepositoryError> ask_about_commits();
  [[nodiscard]] bool is_being_migrated(const std::expected<void, RepositoryError>& answer) const;
  void note(const std::expected<void, RepositoryError>& answer);

  ObservedRepository& repository_;
  const DatabaseUse use_;
  std::atomic<bool> available_ = false;
  bool asked_ = false;                                         ///< and noted; the thread's own, as are the next three
  std::chrono::steady_clock::time_point next_writing_ping_{};  ///< when it last took what was written
  std::chrono::steady_clock::time_point next_committing_ping_{};
  std::expected<void, RepositoryError> commits_;  ///< what the last one came to
  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::jthread thread_;
};

}  // namespace notifier
