#pragma once

#include <chrono>
#include <cstddef>

namespace notifier {

/// A token bucket, told as turns: the next one is at a known time. Pure: times are of a clock that never goes back.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// `rate` turns a second; 0: no limit. Those of the last `bucket` that nobody took may be taken at once, and before
  /// `first_turn` there are none.
  explicit RateLimit(unsigned rate, Clock::duration bucket = std::chrono::milliseconds{100},
                     Clock::time_point first_turn = {});

  /// How long from `now` until the next turn that is free; 0: it is now.
  [[nodiscard]] Clock::duration until_turn(Clock::time_point now) const;

  /// How many turns are free, `most` at most.
  [[nodiscard]] std::size_t free_turns(Clock::time_point now, std::size_t most) const;

  /// Takes the next turns, also such as are not free yet.
  void take_turns(Clock::time_point now, std::size_t count = 1);

  /// For one that does not wait for its turn here: how long from `now` until it would be, if all that were told so before
  /// have theirs first, and turns are `interval` apart where the rate does not set them further apart. Takes none. Beyond
  /// `horizon`, turns are told a second time from the next one on: whoever comes too early is told another, but a turn that
  /// nobody was told stays empty.
  [[nodiscard]] Clock::duration guess_turn(Clock::time_point now, Clock::duration interval, Clock::duration horizon);

 private:
  Clock::duration interval_;  ///< between turns; 0: no limit
  Clock::duration burst_;     ///< how much later than its turn one may still be counted as on time
  Clock::time_point next_turn_{};
  Clock::time_point last_guess_{};
};

}  // namespace notifier
