#include "notifier/retry_policy.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace notifier {
namespace {

using std::chrono::milliseconds;

Transition to_dead_letters(std::string reason, std::string error) {
  return {.status = NotificationStatus::failed_dlq,
          .retry_delay = std::nullopt,
          .error = std::move(error),
          .dead_letter_reason = std::move(reason)};
}

Transition after_failure(const FailedForNow& failure, unsigned attempts, const RetryPolicy& policy) {
  const auto delay = policy.delay_after(attempts, failure.retry_after.value_or(milliseconds{0}));
  if (!delay) return to_dead_letters("retries_exhausted", failure.error);
  return {
      .status = NotificationStatus::failed_retrying, .retry_delay = delay, .error = failure.error, .dead_letter_reason = {}};
}

}  // namespace

RetryPolicy::RetryPolicy(unsigned max_retries, std::vector<milliseconds> delays)
    : max_retries_{max_retries}, delays_{std::move(delays)} {
  if (delays_.empty()) throw std::invalid_argument{"a retry policy needs at least one delay"};
}

std::optional<milliseconds> RetryPolicy::delay_after(unsigned attempts, milliseconds not_before) const {
  if (!allows_attempt(attempts)) return std::nullopt;
  const std::size_t retry = std::max(attempts, 1U);
  const milliseconds wanted = std::max(delays_[std::min<std::size_t>(retry, delays_.size()) - 1], not_before);

  milliseconds chosen = longest_delay();
  for (const milliseconds delay : delays_) {
    if (delay >= wanted) chosen = std::min(chosen, delay);
  }
  return chosen;
}

bool RetryPolicy::allows_attempt(unsigned attempts) const { return attempts <= max_retries_; }

milliseconds RetryPolicy::look_again_delay(milliseconds remaining) const {
  milliseconds chosen = *std::ranges::min_element(delays_);
  for (const milliseconds delay : delays_) {
    if (delay <= remaining) chosen = std::max(chosen, delay);
  }
  return chosen;
}

milliseconds RetryPolicy::longest_delay() const { return *std::ranges::max_element(delays_); }

Transition after_attempt(const SendResult& result, unsigned attempts, const RetryPolicy& policy) {
  if (const auto* failure = std::get_if<FailedForNow>(&result)) return after_failure(*failure, attempts, policy);
  if (const auto* failure = std::get_if<FailedForGood>(&result)) return to_dead_letters("failed_for_good", failure->error);
  return {};
}

}  // namespace notifier
