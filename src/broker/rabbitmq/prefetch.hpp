#pragma once

#include <cstddef>

#include "notifier/broker.hpp"

namespace notifier::rabbitmq {

/// How many deliveries to ask for, so that neither their number nor the memory that they take exceeds the limits by much: a
/// few at all times, and more while they are small. One thread.
class Prefetch {
 public:
  explicit Prefetch(const ConsumeLimits& limits);

  /// Few enough to fit into the memory whatever they hold.
  [[nodiscard]] unsigned always() const { return always_; }

  /// How many more, judging by those that came last. 0: none.
  [[nodiscard]] unsigned more() const;

  /// Whether so many more are far too many or far too few by now.
  [[nodiscard]] bool is_outdated(unsigned more) const;

  void came(std::size_t body_size);

 private:
  ConsumeLimits limits_;
  unsigned always_;
  double mean_memory_ = 0;  ///< of a delivery; 0: none has come
};

}  // namespace notifier::rabbitmq
