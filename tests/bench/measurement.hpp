#pragma once

#include <string>
#include <vector>

namespace notifier::bench {

/// One figure of one round. Its name is the same in all rounds.
struct Measurement {
  std::string name;
  std::string unit;
  double value = 0;
};

using Measurements = std::vector<Measurement>;

/// The median of each figure over the rounds, in the order of the first.
[[nodiscard]] Measurements medians(const std::vector<Measurements>& rounds);

}  // namespace notifier::bench
