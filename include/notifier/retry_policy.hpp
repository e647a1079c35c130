#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "notifier/notification.hpp"
#include "notifier/sender.hpp"

namespace notifier {

/// When a notification whose attempt failed is attempted again: `max_retries` times after the first attempt, the n-th time
/// after the n-th delay, the last delay repeating. Needs at least one delay.
class RetryPolicy {
 public:
  RetryPolicy(unsigned max_retries, std::vector<std::chrono::milliseconds> delays);

  /// The wait before the next attempt when `attempts` have been made in this round (a replay starts a new round), or nothing
  /// when there is none left. When that is shorter than `not_before`, the shortest delay that is not, or else the longest.
  [[nodiscard]] std::optional<std::chrono::milliseconds> delay_after(unsigned attempts,
                                                                     std::chrono::milliseconds not_before = {}) const;

  /// Whether a round in which `attempts` have been made may have another one.
  [[nodiscard]] bool allows_attempt(unsigned attempts) const;

  /// The delay in which to look again at something that is held for `remaining`: the longest that is not longer than that,
  /// or the shortest there is.
  [[nodiscard]] std::chrono::milliseconds look_again_delay(std::chrono::milliseconds remaining) const;

  /// The longest of the delays.
  [[nodiscard]] std::chrono::milliseconds longest_delay() const;

 private:
  unsigned max_retries_;
  std::vector<std::chrono::milliseconds> delays_;
};

/// What becomes of a notification after an attempt. `retry_delay` is set exactly when `status` is `failed_retrying`.
struct Transition {
  NotificationStatus status = NotificationStatus::sent;
  std::optional<std::chrono::milliseconds> retry_delay;
  std::string error;               ///< empty when sent
  std::string dead_letter_reason;  ///< set exactly when `status` is `failed_dlq`
};

/// The state after an attempt: the one place that decides it. `attempts` counts those of this round, the one just made
/// included.
[[nodiscard]] Transition after_attempt(const SendResult& result, unsigned attempts, const RetryPolicy& policy);

}  // namespace notifier
