#include "broker/sqlite/disk_room.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <limits>

namespace notifier::embedded {
namespace {

constexpr std::uint64_t usual_reserve = 16ULL * 1024 * 1024;
constexpr std::uint64_t part_of_small_disk = 8;
constexpr std::uint64_t writes_of_a_row = 2;  // to the log and to the file

}  // namespace

std::uint64_t DiskRoom::free() {
  struct ::statvfs disk{};
  if (::statvfs(folder_.c_str(), &disk) != 0 || disk.f_blocks == 0) return std::numeric_limits<std::uint64_t>::max();
  size_ = disk.f_blocks * disk.f_frsize;
  return disk.f_bavail * disk.f_frsize;
}

std::uint64_t DiskRoom::reserve_for(std::uint64_t bytes_in_queues) const {
  return std::min(usual_reserve, size_ / part_of_small_disk) + writes_of_a_row * bytes_in_queues;
}

}  // namespace notifier::embedded
