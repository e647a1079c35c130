#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>

#include "consumer/clock.hpp"
#include "consumer/confirmed_publisher.hpp"
#include "consumer/deliveries_under_way.hpp"
#include "consumer/unused_memory.hpp"
#include "consumer/waiting_deliveries.hpp"
#include "notifier/broker.hpp"

namespace notifier {

/// Decides which deliveries are begun, and when: a limited number at a time, and none once it drains. What the broker is
/// about to give up on is published anew first, since a delivery that is begun might end the process.
///
/// All members belong to `executor`, which is the clock's and must run on one thread. Deliveries that are begun refer to the
/// window.
class DeliveryWindow {
 public:
  using Place = DeliveriesUnderWay::Place;

  /// Sees a delivery through to its end. What it throws is logged.
  using Process = std::function<boost::asio::awaitable<void>(Delivery, Place)>;

  DeliveryWindow(boost::asio::any_io_executor executor, Broker& broker, Clock& clock, ConfirmedPublisher& publisher,
                 const ConsumeLimits& limits, Process process);

  /// Starts to consume. Any thread, once.
  void start();

  /// Begins no further deliveries and calls `idle` when those begun have ended. Deliveries that were not begun stay
  /// unacknowledged.
  void drain(std::function<void()> idle);

  /// Whether a delivery is still to be worked on: it can be acknowledged, and the window is not draining.
  [[nodiscard]] bool is_wanted(const Delivery& delivery) const { return !draining_ && broker_.is_live(delivery.tag); }

  /// Whether messages that come back probably do so because connections were lost, not because of what they do to processes.
  [[nodiscard]] bool has_outlived_connections() const;

  /// As `DeliveriesUnderWay::alone`.
  [[nodiscard]] boost::asio::awaitable<bool> alone(Place place) { return under_way_.alone(place); }

 private:
  void begin_deliveries();
  void ended(Place place);
  void renew_deliveries();
  boost::asio::awaitable<void> renew(Delivery delivery);
  void renewed();
  void idle_if_drained();

  boost::asio::any_io_executor executor_;
  Broker& broker_;
  Clock& clock_;
  ConfirmedPublisher& publisher_;
  const ConsumeLimits limits_;
  const Process process_;

  WaitingDeliveries waiting_{broker_};
  DeliveriesUnderWay under_way_{executor_, clock_, limits_.begun_at_a_time, [this] { begin_deliveries(); }};
  unsigned renewals_under_way_ = 0;
  bool renewals_stall_ = false;  ///< the broker is not taking them
  UnusedMemory unused_memory_{clock_};
  bool draining_ = false;
  std::function<void()> idle_;
};

}  // namespace notifier
