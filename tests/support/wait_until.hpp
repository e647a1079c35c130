#pragma once

#include <chrono>
#include <thread>

namespace notifier::testing {

/// Polls, every `interval`, until `condition` holds. False if it did not within `deadline`.
template <typename Condition>
[[nodiscard]] bool wait_until(Condition condition, std::chrono::milliseconds deadline = std::chrono::minutes{1},
                              std::chrono::milliseconds interval = std::chrono::milliseconds{5}) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(interval);
  }
  return true;
}

}  // namespace notifier::testing
