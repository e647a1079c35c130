#include "consumer/waiting_deliveries.hpp"

#include <utility>

namespace notifier {

void WaitingDeliveries::add(std::vector<Delivery> deliveries) {
  for (Delivery& delivery : deliveries) {
    if (delivery.tag.connection != connection_) {
      clear();
      if (connection_ != 0) ++lost_connections_;
      connection_ = delivery.tag.connection;
    }
    (delivery.delivery_count >= deliveries_before_renewal ? to_renew_ : to_begin_).push_back(std::move(delivery));
  }
}

void WaitingDeliveries::clear() {
  to_begin_.clear();
  to_renew_.clear();
}

std::optional<Delivery> WaitingDeliveries::take_live(std::deque<Delivery>& deliveries) const {
  while (!deliveries.empty()) {
    Delivery delivery = std::move(deliveries.front());
    deliveries.pop_front();
    if (broker_.is_live(delivery.tag)) return delivery;
  }
  return std::nullopt;
}

}  // namespace notifier
