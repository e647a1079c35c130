#include "senders/circuit_breaker.hpp"

#include <algorithm>
#include <utility>

namespace notifier {

std::string_view to_string(CircuitState state) {
  switch (state) {
    case CircuitState::closed:
      return "closed";
    case CircuitState::open:
      return "open";
    case CircuitState::half_open:
      return "half-open";
  }
  std::unreachable();
}

CircuitBreaker::CircuitBreaker(unsigned failures_to_open, std::chrono::milliseconds pause)
    : failures_to_open_{failures_to_open}, pause_{pause} {}

CircuitBreaker::Clock::duration CircuitBreaker::blocked_for(Clock::time_point now) const {
  if (state_ == CircuitState::closed) return Clock::duration::zero();
  return std::max(next_try_ - now, Clock::duration::zero());
}

void CircuitBreaker::begin(Clock::time_point now) {
  if (state_ == CircuitState::closed) return;
  state_ = CircuitState::half_open;
  tried_ = now;
  next_try_ = now + pause_;
}

void CircuitBreaker::succeed() {
  state_ = CircuitState::closed;
  failures_ = 0;
}

void CircuitBreaker::fail(Clock::time_point begun, Clock::time_point now) {
  if (failures_to_open_ == 0 || begun < tried_) return;
  switch (state_) {
    case CircuitState::closed:
      if (++failures_ >= failures_to_open_) open(now);
      break;
    case CircuitState::half_open:
      open(now);
      break;
    case CircuitState::open:  // a send that had begun before it opened
      break;
  }
}

void CircuitBreaker::open(Clock::time_point now) {
  state_ = CircuitState::open;
  next_try_ = now + pause_;
}

}  // namespace notifier
