#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

// Preloaded into a process, this moves its wall clock, and nothing else, by as many seconds as the file WALL_CLOCK_OFFSET
// holds (a 64-bit number, which the test may change at any time).

namespace {

const std::atomic<std::int64_t>* map_offset() {
  const char* path = std::getenv("WALL_CLOCK_OFFSET");
  const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return nullptr;
  void* const mapped = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  return mapped == MAP_FAILED ? nullptr : static_cast<const std::atomic<std::int64_t>*>(mapped);
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) {
  static const std::atomic<std::int64_t>* const offset = map_offset();
  const long failed = ::syscall(SYS_clock_gettime, clock, time);
  if (failed == 0 && offset != nullptr && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    time->tv_sec += *offset;
  return static_cast<int>(failed);
}
