#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "notifier/broker.hpp"
#include "notifier/broker_topology.hpp"

namespace notifier {

/// A message that was handed out this often before is published anew instead of being begun: the broker gives up on what it
/// has handed out twice as often, whether it was begun or only in hand when a connection was lost or a process ended.
inline constexpr unsigned deliveries_before_renewal = main_queue_delivery_limit / 2;

/// Deliveries that were not begun yet, at most `ConsumeLimits::prefetch` of a connection. One thread.
class WaitingDeliveries {
 public:
  explicit WaitingDeliveries(const Broker& broker) : broker_{broker} {}

  /// Forgets those of other connections, which are gone: the broker hands them out again.
  void add(std::vector<Delivery> deliveries);

  /// Those that are to be begun, and those that are to be published anew, each in the order in which they came, except those
  /// whose connection is gone.
  [[nodiscard]] std::optional<Delivery> next() { return take_live(to_begin_); }
  [[nodiscard]] std::optional<Delivery> next_to_renew() { return take_live(to_renew_); }

  /// How many of the connections that brought deliveries are gone.
  [[nodiscard]] unsigned lost_connections() const { return lost_connections_; }

  [[nodiscard]] bool empty() const { return to_begin_.empty() && to_renew_.empty(); }
  void clear();

 private:
  [[nodiscard]] std::optional<Delivery> take_live(std::deque<Delivery>& deliveries) const;

  const Broker& broker_;
  std::deque<Delivery> to_begin_;
  std::deque<Delivery> to_renew_;
  std::uint64_t connection_ = 0;  ///< that the last one came by
  unsigned lost_connections_ = 0;
};

}  // namespace notifier
