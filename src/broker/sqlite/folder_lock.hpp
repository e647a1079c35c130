#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace notifier::embedded {

/// Keeps a data folder to one process. The operating system gives the lock back when the process ends, however it ends.
class FolderLock {
 public:
  /// Makes the folder if need be (for its owner only) and locks it. The error is a sentence that says what to do.
  [[nodiscard]] static std::expected<FolderLock, std::string> take(const std::filesystem::path& folder);

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int file) : file_{file} {}

  int file_;
};

}  // namespace notifier::embedded
