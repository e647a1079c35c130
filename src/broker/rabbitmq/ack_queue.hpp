#pragma once

#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "broker/rabbitmq/wake_up.hpp"
#include "notifier/broker.hpp"

namespace notifier::rabbitmq {

/// Acknowledgements that wait for the consuming thread; no more than there are deliveries in hand. Any thread.
class AckQueue {
 public:
  /// `wake_up` is signalled when there is something to take. It must outlive this.
  explicit AckQueue(WakeUp& wake_up) : wake_up_{wake_up} {}

  void add(std::span<const DeliveryTag> tags) {
    {
      const std::lock_guard lock{mutex_};
      tags_.insert(tags_.end(), tags.begin(), tags.end());
    }
    wake_up_.signal();
  }

  [[nodiscard]] std::vector<DeliveryTag> take() {
    const std::lock_guard lock{mutex_};
    return std::exchange(tags_, {});
  }

 private:
  WakeUp& wake_up_;
  std::mutex mutex_;
  std::vector<DeliveryTag> tags_;  ///< guarded by mutex_
};

}  // namespace notifier::rabbitmq
