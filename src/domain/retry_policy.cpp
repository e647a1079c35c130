#include "domain/retry_policy.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace notifier {
namespace {

using std::chrono::milliseconds;

Transition to_dead_letters(std::string reason, std::string error) {
  return {.status = NotificationStatus::failed_dlq,
          .wait = std::nullopt,
          .error = std::move(error),
          .dead_letter_reason = std::move(reason)};
}

Transition after_failure(const TransientFailure& failure, unsigned attempts, const RetryPolicy& policy) {
  const auto wait = policy.wait_after(attempts, failure.retry_after.value_or(milliseconds{0}));
  if (!wait) return to_dead_letters("retries_exhausted", failure.error);
  return {.status = NotificationStatus::failed_retrying, .wait = wait, .error = failure.error, .dead_letter_reason = {}};
}

}  // namespace

RetryPolicy::RetryPolicy(unsigned max_retries, std::vector<milliseconds> delays, milliseconds longest_retry_after,
                         std::vector<milliseconds> ladder)
    : max_retries_{max_retries},
      delays_{std::move(delays)},
      longest_retry_after_{longest_retry_after},
      ladder_{std::move(ladder)} {
  if (delays_.empty()) throw std::invalid_argument{"a retry policy needs at least one delay"};
  if (ladder_.empty()) ladder_ = delays_;
}

std::optional<milliseconds> RetryPolicy::wait_after(unsigned attempts, milliseconds retry_after) const {
  if (!allows_attempt(attempts)) return std::nullopt;
  const std::size_t retry = std::max(attempts, 1U);
  const milliseconds delay = delays_[std::min<std::size_t>(retry, delays_.size()) - 1];
  return std::max(delay, std::min(retry_after, longest_retry_after_));
}

milliseconds RetryPolicy::wait_for(milliseconds retry_after) const {
  return std::max(shortest_delay(), std::min(retry_after, longest_retry_after_));
}

bool RetryPolicy::allows_attempt(unsigned attempts) const { return attempts <= max_retries_; }

milliseconds RetryPolicy::look_again_delay(milliseconds remaining) const {
  milliseconds chosen = shortest_delay();
  for (const milliseconds delay : ladder_) {
    if (delay <= remaining) chosen = std::max(chosen, delay);
  }
  return chosen;
}

milliseconds RetryPolicy::shortest_delay() const { return *std::ranges::min_element(ladder_); }

milliseconds RetryPolicy::longest_delay() const { return *std::ranges::max_element(delays_); }

Transition after_attempt(const SendResult& result, NotificationStatus before, unsigned attempts, const RetryPolicy& policy) {
  if (const auto* failure = std::get_if<TransientFailure>(&result)) return after_failure(*failure, attempts, policy);
  if (const auto* failure = std::get_if<PermanentFailure>(&result))
    return to_dead_letters("failed_for_good", failure->error);
  if (const auto* refusal = std::get_if<Deferred>(&result)) {
    return {.status = before,
            .wait = policy.wait_for(refusal->retry_after),
            .error = refusal->reason,
            .dead_letter_reason = {},
            .attempted = false};
  }
  return {};
}

}  // namespace notifier
