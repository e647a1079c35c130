#include "sender/rate_limit.hpp"

#include <algorithm>

namespace notifier {
namespace {

constexpr std::chrono::milliseconds bucket{100};

}  // namespace

RateLimit::RateLimit(unsigned rate)
    : interval_{rate == 0 ? Clock::duration::zero() : Clock::duration{std::chrono::seconds{1}} / rate},
      burst_{std::max(Clock::duration{bucket} - interval_, Clock::duration::zero())} {}

RateLimit::Clock::duration RateLimit::until_turn(Clock::time_point now) const {
  return std::max(next_turn_ - now, Clock::duration::zero());
}

void RateLimit::take_turn(Clock::time_point now) {
  if (interval_ == Clock::duration::zero()) return;
  next_turn_ = std::max(next_turn_, now - burst_) + interval_;
}

RateLimit::Clock::duration RateLimit::guess_turn(Clock::time_point now, Clock::duration interval, Clock::duration horizon) {
  const Clock::time_point next = std::max(next_turn_, now);
  last_guess_ = std::max(last_guess_ + std::max(interval_, interval), next);
  if (last_guess_ - now > horizon) last_guess_ = next;
  return last_guess_ - now;
}

}  // namespace notifier
