#include "consumer/unused_memory.hpp"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace notifier {
namespace {

/// It costs some milliseconds, which should be little beside the work that used so much.
constexpr std::size_t worth_giving_back = 16UL * 1024 * 1024;

/// Until what ended last has been acknowledged.
constexpr std::chrono::seconds settling{1};

}  // namespace

void UnusedMemory::idle() {
  if (used_ < worth_giving_back) return;
  used_ = 0;
  clock_.call_after(settling, [] {
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
  });
}

}  // namespace notifier
