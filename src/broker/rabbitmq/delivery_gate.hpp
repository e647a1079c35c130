#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "notifier/broker.hpp"

namespace notifier::rabbitmq {

/// What lies between the consuming thread and the handler of the deliveries. Any thread.
class DeliveryGate {
 public:
  /// Before the first delivery.
  void open(DeliveryHandler handler) {
    const std::lock_guard lock{mutex_};
    handler_ = std::move(handler);
  }

  /// When it returns, the handler is not running and will not be called again.
  void shut() {
    const std::lock_guard lock{mutex_};
    handler_ = nullptr;
  }

  [[nodiscard]] bool is_open() const {
    const std::lock_guard lock{mutex_};
    return handler_ != nullptr;
  }

  /// False: it is shut, and `deliveries` are as they were.
  bool hand_over(std::vector<Delivery>& deliveries) {
    const std::lock_guard lock{mutex_};
    if (!handler_) return false;
    handler_(std::exchange(deliveries, {}));
    return true;
  }

 private:
  mutable std::mutex mutex_;
  DeliveryHandler handler_;  ///< guarded by mutex_, also while it runs
};

}  // namespace notifier::rabbitmq
