#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace notifier {

/// `closed`: sends go through. `open`: none does. `half_open`: one has been let through to see whether the others may
/// follow.
enum class CircuitState : std::uint8_t { closed, open, half_open };

/// The name in logs and in readiness: `closed`, `open`, `half-open`.
[[nodiscard]] std::string_view to_string(CircuitState state);

/// Spares a destination that only fails. Pure: told of all that happens and when, by a clock that never goes back.
class CircuitBreaker {
 public:
  using Clock = std::chrono::steady_clock;

  /// Opens after `failures_to_open` failures in a row, and lets one send through each `pause` until one succeeds. With 0
  /// failures it never opens.
  CircuitBreaker(unsigned failures_to_open, std::chrono::milliseconds pause);

  /// How long from `now` none is let through; 0: the next one is.
  [[nodiscard]] Clock::duration blocked_for(Clock::time_point now) const;

  /// A send that `blocked_for` has let through begins.
  void begin(Clock::time_point now);

  /// Its destination has answered, perhaps with a permanent rejection: it lives.
  void succeed();

  /// A send that began at `begun` failed transiently. One that began before the last one that was let through as a try says
  /// nothing new.
  void fail(Clock::time_point begun, Clock::time_point now);

  [[nodiscard]] CircuitState state() const { return state_; }

 private:
  void open(Clock::time_point now);

  unsigned failures_to_open_;
  std::chrono::milliseconds pause_;
  CircuitState state_ = CircuitState::closed;
  unsigned failures_ = 0;         ///< in a row
  Clock::time_point tried_{};     ///< when one was last let through
  Clock::time_point next_try_{};  ///< unless closed: when one is let through
};

}  // namespace notifier
