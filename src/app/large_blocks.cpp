#include "app/large_blocks.hpp"

#include <cstdlib>  // defines __GLIBC__, where it is that

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace notifier {

// Left alone, glibc soon keeps even megabytes of freed memory. Thousands of connections then leave a hole the size of a read
// buffer behind each small block that outlives it.
void keep_no_large_blocks() {
#ifdef __GLIBC__
  constexpr int large = 128 * 1024;
  constexpr int kept_at_the_end = 4 * 1024 * 1024;  // of small ones, or each burst of work would ask for them again
  ::mallopt(M_MMAP_THRESHOLD, large);
  ::mallopt(M_TRIM_THRESHOLD, kept_at_the_end);
#endif
}

}  // namespace notifier
