#include "bench/measurement.hpp"

#include <algorithm>

namespace notifier::bench {

Measurements medians(const std::vector<Measurements>& rounds) {
  Measurements result = rounds.front();
  for (Measurement& figure : result) {
    std::vector<double> values;
    for (const Measurements& round : rounds) {
      for (const Measurement& one : round) {
        if (one.name == figure.name) values.push_back(one.value);
      }
    }
    std::ranges::sort(values);
    figure.value = values[values.size() / 2];
  }
  return result;
}

}  // namespace notifier::bench
