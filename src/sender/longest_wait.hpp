#pragma once

#include <algorithm>
#include <chrono>

namespace notifier {

/// How long a send may wait for a free connection: what begins late would time out half-way and be a duplicate the next
/// time, and what waits keeps the pipeline's places from other destinations.
[[nodiscard]] inline std::chrono::milliseconds longest_wait_for_connection(std::chrono::milliseconds deadline) {
  return std::min(deadline / 2, std::chrono::milliseconds{std::chrono::seconds{1}});
}

}  // namespace notifier
