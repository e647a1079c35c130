#pragma once

#include <cstddef>

#include "consumer/clock.hpp"

namespace notifier {

/// Gives memory back to the system after much of it was used: the C library keeps what is freed. Belongs to the clock's
/// executor.
class UnusedMemory {
 public:
  explicit UnusedMemory(Clock& clock) : clock_{clock} {}

  /// So much memory was used for a while.
  void used(std::size_t bytes) { used_ += bytes; }

  /// Nothing is under way. Gives memory back soon, if enough was used since the last time.
  void idle();

 private:
  Clock& clock_;
  std::size_t used_ = 0;
};

}  // namespace notifier
