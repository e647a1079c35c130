#include "consumer/unused_memory.hpp"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace notifier {
namespace {

/// It costs a few milliseconds, which should be little compared with the work that used so much.
constexpr std::size_t worth_giving_back = 16UL * 1024 * 1024;

/// Until what ended last has been acknowledged.
constexpr std::chrono::seconds settling{1};

}  // namespace

void UnusedMemory::idle() {
  idle_ = true;
  if (used_ < worth_giving_back || looks_soon_) return;
  looks_soon_ = true;
  clock_.call_after(settling, [this] {
    looks_soon_ = false;
    give_back_if_idle();
  });
}

// In the middle of work the pages would only be asked for again.
void UnusedMemory::give_back_if_idle() {
  if (!idle_) return;
  used_ = 0;
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace notifier
