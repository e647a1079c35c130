#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <unordered_set>

#include "consumer/confirmed_publisher.hpp"
#include "consumer/delivery_window.hpp"
#include "consumer/repository_calls.hpp"
#include "notifier/broker.hpp"

namespace notifier {

/// Begins what came back so often that it may be what ends its consumers: with nothing else under way, and with a copy of it
/// on its way that says how often it was begun so. Whoever outlives it drops the copy.
///
/// All members belong to the executor of `window`.
class SuspectDeliveries {
 public:
  enum class Verdict : std::uint8_t {
    begin,
    leave,   ///< it has been dealt with, or comes again later
    give_up  ///< it has ended its process each time
  };

  SuspectDeliveries(Broker& broker, DeliveryWindow& window, ConfirmedPublisher& publisher, RepositoryCalls& repository);

  /// For a delivery under way, before anything else is done with it. May take its tag away: then its copy stands for it.
  [[nodiscard]] boost::asio::awaitable<Verdict> begin(Delivery& delivery, DeliveryWindow::Place place);

  /// For a delivery under way: completes when no other one is. A claim that is held may lapse meanwhile. False: the others
  /// take too long, and it comes again later.
  [[nodiscard]] boost::asio::awaitable<bool> be_alone(const Delivery& delivery, DeliveryWindow::Place place);

  /// Acknowledges a delivery that has been dealt with, and drops its copy when that comes.
  void ack(const Delivery& delivery);

 private:
  [[nodiscard]] boost::asio::awaitable<Verdict> begin_alone(Delivery& delivery, DeliveryWindow::Place place);
  void expect_copy(const Message& message);

  Broker& broker_;
  DeliveryWindow& window_;
  ConfirmedPublisher& publisher_;
  RepositoryCalls& repository_;
  std::unordered_multiset<std::size_t> ended_alone_;  ///< hashes of those whose copies are still to come
};

}  // namespace notifier
