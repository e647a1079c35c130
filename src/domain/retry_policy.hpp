#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "notifier/notification.hpp"
#include "notifier/sender.hpp"

namespace notifier {

/// When a notification whose attempt failed is attempted again: `max_retries` times after the first attempt, the n-th time
/// after the n-th delay, the last delay repeating. Needs at least one delay. A wait may be longer than all delays: it is
/// made of several, see `look_again_delay`.
class RetryPolicy {
 public:
  /// `longest_retry_after` is the most that a sender may ask for, `ladder` the delays that waits are made of, since there
  /// are delay queues for them; empty: `delays`.
  RetryPolicy(unsigned max_retries, std::vector<std::chrono::milliseconds> delays,
              std::chrono::milliseconds longest_retry_after = std::chrono::hours{1},
              std::vector<std::chrono::milliseconds> ladder = {});

  /// The wait before the next attempt when `attempts` have been made in this round (a replay starts a new round), or nothing
  /// when there is none left: the delay, or `retry_after` if that is longer.
  [[nodiscard]] std::optional<std::chrono::milliseconds> wait_after(unsigned attempts,
                                                                    std::chrono::milliseconds retry_after = {}) const;

  /// The wait of what was not attempted: `retry_after`, but at least the shortest delay of the ladder.
  [[nodiscard]] std::chrono::milliseconds wait_for(std::chrono::milliseconds retry_after) const;

  /// Whether a round in which `attempts` have been made may have another one.
  [[nodiscard]] bool allows_attempt(unsigned attempts) const;

  /// The delay of the ladder in which to look again at something that is held for `remaining`: the longest that is not
  /// longer than that, or the shortest there is.
  [[nodiscard]] std::chrono::milliseconds look_again_delay(std::chrono::milliseconds remaining) const;

  [[nodiscard]] unsigned max_retries() const { return max_retries_; }
  [[nodiscard]] std::chrono::milliseconds shortest_delay() const;  ///< of the ladder
  [[nodiscard]] std::chrono::milliseconds longest_delay() const;

  /// The longest that a notification may wait, for a retry or because a sender asks for it.
  [[nodiscard]] std::chrono::milliseconds longest_wait() const { return std::max(longest_delay(), longest_retry_after_); }

 private:
  unsigned max_retries_;
  std::vector<std::chrono::milliseconds> delays_;
  std::chrono::milliseconds longest_retry_after_;
  std::vector<std::chrono::milliseconds> ladder_;
};

/// What becomes of a notification after a sender's answer.
struct Transition {
  NotificationStatus status = NotificationStatus::sent;
  std::optional<std::chrono::milliseconds> wait;  ///< until the next attempt; set unless `status` is final
  std::string error;                              ///< empty when sent
  std::string dead_letter_reason;                 ///< set exactly when `status` is `failed_dlq`
  bool attempted = true;                          ///< false: no attempt is counted, and `status` is what it was
};

/// The state after a sender's answer: the one place that decides it. `before` is the status at the claim. `attempts` counts
/// those of this round, the one just made included.
[[nodiscard]] Transition after_attempt(const SendResult& result, NotificationStatus before, unsigned attempts,
                                       const RetryPolicy& policy);

}  // namespace notifier
