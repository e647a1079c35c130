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

// Sanitizers ask for the time before they are ready for what they watch, so there are system calls only, and no static
// local.

namespace {

using Offset = std::atomic<std::int64_t>;

const Offset no_offset{0};
std::atomic<const Offset*> known_offset = nullptr;

const Offset* map_offset() {
  const char* path = std::getenv("WALL_CLOCK_OFFSET");
  const long file = path == nullptr ? -1 : ::syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return &no_offset;
  const long mapped = ::syscall(SYS_mmap, nullptr, sizeof(Offset), PROT_READ, MAP_SHARED, file, 0L);
  ::syscall(SYS_close, file);
  return mapped == -1 ? &no_offset : reinterpret_cast<const Offset*>(mapped);
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) {
  if (known_offset.load() == nullptr) known_offset = map_offset();
  const long failed = ::syscall(SYS_clock_gettime, clock, time);
  if (failed == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += *known_offset.load();
  return static_cast<int>(failed);
}
