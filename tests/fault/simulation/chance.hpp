#pragma once

#include <cstdint>
#include <random>

#include "fault/simulation/scheduler.hpp"

namespace notifier::simulation {

/// The one source of chance of a run: the same seed gives the same draws, whatever the standard library's distributions do.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_{seed} {}

  /// One of 0 .. `bound` - 1.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  [[nodiscard]] bool happens(unsigned per_mille) { return per_mille > 0 && below(1000) < per_mille; }

  [[nodiscard]] Time between(Time shortest, Time longest) {
    return longest <= shortest ? shortest : shortest + Time{below(static_cast<std::uint64_t>((longest - shortest).count()))};
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace notifier::simulation
