#pragma once

#include <chrono>
#include <cstddef>

namespace notifier {

/// A token bucket. Pure: times are of a clock that never goes back.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// `rate` tokens a second; 0: no limit. The bucket holds those of the last `bucket`, and before `first_token` there are
  /// none.
  explicit RateLimit(unsigned rate, Clock::duration bucket = std::chrono::milliseconds{100},
                     Clock::time_point first_token = {});

  /// How long from `now` until there is a token; 0: there is one.
  [[nodiscard]] Clock::duration delay(Clock::time_point now) const;

  /// How many tokens there are, `most` at most.
  [[nodiscard]] std::size_t available(Clock::time_point now, std::size_t most) const;

  /// Takes the next tokens, even those that are not there yet.
  void acquire(Clock::time_point now, std::size_t count = 1);

  /// For a caller that does not wait here: how long from `now` until there would be a token for it, if all those given an
  /// estimate before take theirs first, and tokens are `interval` apart unless the rate sets them further apart. Takes none.
  /// Beyond `horizon`, estimates begin anew with the next token: whoever comes too early is given another, but the token of
  /// an estimate that nobody was given is lost.
  [[nodiscard]] Clock::duration estimate_delay(Clock::time_point now, Clock::duration interval, Clock::duration horizon);

 private:
  Clock::duration interval_;  ///< between tokens; 0: no limit
  Clock::duration burst_;     ///< for how long a token is kept
  Clock::time_point next_token_{};
  Clock::time_point last_estimate_{};
};

}  // namespace notifier
