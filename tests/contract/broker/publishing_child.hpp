#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>

namespace notifier::testing {

/// A process of its own that opens an embedded broker and publishes without end, until it is killed. Make it while this
/// process has no other threads.
class PublishingChild {
 public:
  explicit PublishingChild(const std::filesystem::path& folder);
  ~PublishingChild();
  PublishingChild(const PublishingChild&) = delete;
  PublishingChild& operator=(const PublishingChild&) = delete;

  /// Waits until so many publishes have been confirmed. Throws when the child ends before.
  void wait_for_confirmed(std::size_t count);

  /// Halts it where it is, kill -STOP, or for good, kill -9.
  void halt();
  void kill();

  /// The ids of all publishes that were confirmed before it was halted or killed.
  [[nodiscard]] std::set<std::string> confirmed();

 private:
  [[nodiscard]] bool read_some();

  pid_t process_ = -1;
  int pipe_ = -1;  ///< a line for each confirmed id
  std::string unread_;
  std::set<std::string> confirmed_;
};

/// Opens an embedded broker in a process of its own, which ends without any cleaning up as soon as it is handed a delivery.
/// Throws when it is not.
void crash_on_delivery(const std::filesystem::path& folder, unsigned prefetch = 1);

}  // namespace notifier::testing
