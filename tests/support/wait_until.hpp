#pragma once

#include <chrono>
#include <thread>

namespace notifier::testing {

/// Polls until `condition` holds. False if it did not within `deadline`.
template <typename Condition>
[[nodiscard]] bool wait_until(Condition condition, std::chrono::milliseconds deadline = std::chrono::seconds{20}) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

}  // namespace notifier::testing
