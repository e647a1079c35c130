#include "base/rate_limit.hpp"

#include <algorithm>

namespace notifier {

RateLimit::RateLimit(unsigned rate, Clock::duration bucket, Clock::time_point first_turn)
    : interval_{rate == 0 ? Clock::duration::zero() : Clock::duration{std::chrono::seconds{1}} / rate},
      burst_{std::max(bucket - interval_, Clock::duration::zero())},
      next_turn_{first_turn} {}

RateLimit::Clock::duration RateLimit::until_turn(Clock::time_point now) const {
  return std::max(next_turn_ - now, Clock::duration::zero());
}

std::size_t RateLimit::free_turns(Clock::time_point now, std::size_t most) const {
  if (interval_ == Clock::duration::zero()) return most;
  const Clock::time_point first = std::max(next_turn_, now - burst_);
  if (first > now) return 0;
  return std::min(static_cast<std::size_t>((now - first) / interval_) + 1, most);
}

void RateLimit::take_turns(Clock::time_point now, std::size_t count) {
  if (count == 0 || interval_ == Clock::duration::zero()) return;
  next_turn_ = std::max(next_turn_, now - burst_) + static_cast<Clock::rep>(count) * interval_;
}

RateLimit::Clock::duration RateLimit::guess_turn(Clock::time_point now, Clock::duration interval, Clock::duration horizon) {
  const Clock::time_point next = std::max(next_turn_, now);
  last_guess_ = std::max(last_guess_ + std::max(interval_, interval), next);
  if (last_guess_ - now > horizon) last_guess_ = next;
  return last_guess_ - now;
}

}  // namespace notifier
