#pragma once

#include <cstddef>

#include "consumer/clock.hpp"

namespace notifier {

/// Gives memory back to the system after much of it was used: the C library keeps what is freed. Belongs to the clock's
/// executor.
class UnusedMemory {
 public:
  explicit UnusedMemory(Clock& clock) : clock_{clock} {}

  /// `bytes` of memory were used for a while.
  void used(std::size_t bytes) {
    used_ += bytes;
    idle_ = false;
  }

  /// Nothing is under way. Gives memory back after a while if that is still so and enough was used since the last time.
  void idle();

 private:
  void give_back_if_idle();

  Clock& clock_;
  std::size_t used_ = 0;
  bool idle_ = true;
  bool looks_soon_ = false;
};

}  // namespace notifier
