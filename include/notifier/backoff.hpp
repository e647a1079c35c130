#pragma once

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace notifier {

/// Waits between tries of something that fails: doubling from `first` to `longest`, each shortened by up to a half at random
/// so that many processes do not try in step. Not thread-safe.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest)
      : first_{first}, longest_{longest}, next_{first} {}

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
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace notifier
