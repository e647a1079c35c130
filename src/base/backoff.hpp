#pragma once

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace notifier {

/// Waits between tries of something that fails: doubling from `first` to `longest`, each shortened by up to a half at random
/// so that many processes do not try in step. A copy goes on as the original would. Not thread-safe.
class Backoff {
 public:
  /// `seed` decides the random part.
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest,
          std::minstd_rand::result_type seed = std::random_device{}())
      : first_{first}, longest_{longest}, next_{first}, random_{seed} {}

  [[nodiscard]] std::chrono::milliseconds next() {
    const auto full = std::exchange(next_, std::min(next_ * 2, longest_));
    std::uniform_int_distribution<std::chrono::milliseconds::rep> jitter{full.count() / 2, full.count()};
    return std::chrono::milliseconds{jitter(random_)};
  }

  void reset() { next_ = first_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds next_;
  std::minstd_rand random_;
};

}  // namespace notifier
