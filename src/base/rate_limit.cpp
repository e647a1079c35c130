#include "base/rate_limit.hpp"

#include <algorithm>

namespace notifier {

RateLimit::RateLimit(unsigned rate, Clock::duration bucket, Clock::time_point first_token)
    : interval_{rate == 0 ? Clock::duration::zero() : Clock::duration{std::chrono::seconds{1}} / rate},
      burst_{std::max(bucket - interval_, Clock::duration::zero())},
      next_token_{first_token} {}

RateLimit::Clock::duration RateLimit::delay(Clock::time_point now) const {
  return std::max(next_token_ - now, Clock::duration::zero());
}

std::size_t RateLimit::available(Clock::time_point now, std::size_t most) const {
  if (interval_ == Clock::duration::zero()) return most;
  const Clock::time_point first = std::max(next_token_, now - burst_);
  if (first > now) return 0;
  return std::min(static_cast<std::size_t>((now - first) / interval_) + 1, most);
}

void RateLimit::acquire(Clock::time_point now, std::size_t count) {
  if (count == 0 || interval_ == Clock::duration::zero()) return;
  next_token_ = std::max(next_token_, now - burst_) + static_cast<Clock::rep>(count) * interval_;
}

RateLimit::Clock::duration RateLimit::estimate_delay(Clock::time_point now, Clock::duration interval,
                                                     Clock::duration horizon) {
  const Clock::time_point next = std::max(next_token_, now);
  last_estimate_ = std::max(last_estimate_ + std::max(interval_, interval), next);
  if (last_estimate_ - now > horizon) last_estimate_ = next;
  return last_estimate_ - now;
}

}  // namespace notifier
