#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>

namespace notifier::embedded {

/// Room on the disk of the data folder, in bytes, and how much of it is kept for what was accepted: its sends and their
/// outcomes have to be recorded, and what is deleted goes through the log first.
class DiskRoom {
 public:
  /// To the log and to the file, and again with its row.
  static constexpr std::uint64_t writes_of_an_event = 4;

  /// What the largest event takes.
  static constexpr std::uint64_t for_next_event = writes_of_an_event * 512 * 1024;

  explicit DiskRoom(std::filesystem::path folder) : folder_{std::move(folder)} {}

  /// All there is if the file system does not tell.
  [[nodiscard]] std::uint64_t free();

  /// What has to be free when that much is in the queues, most of which has no row yet.
  [[nodiscard]] std::uint64_t reserve_for(std::uint64_t bytes_in_queues) const;

 private:
  std::filesystem::path folder_;
  std::uint64_t size_ = 0;
};

}  // namespace notifier::embedded
