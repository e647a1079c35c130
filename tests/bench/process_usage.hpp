#pragma once

#include <sys/types.h>

#include <chrono>

namespace notifier::bench {

/// Processor time that a process has used so far, in user and kernel mode.
[[nodiscard]] std::chrono::microseconds processor_time(pid_t process);

/// The most memory that it has occupied at once so far, in megabytes (10^6 bytes).
[[nodiscard]] double peak_megabytes(pid_t process);

}  // namespace notifier::bench
