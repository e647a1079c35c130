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

/// Begins messages that came back so often that they may be what ends their consumers: each with nothing else under way, and
/// with a copy on its way that says how often it was begun like this. A process that outlives it drops the copy.
///
/// All members belong to the executor of `window`.
class SuspectDeliveries {
 public:
  enum class Verdict : std::uint8_t {
    begin,
    leave,   ///< it has been dealt with, or will come again later
    give_up  ///< it has ended its process each time
  };

  SuspectDeliveries(Broker& broker, DeliveryWindow& window, ConfirmedPublisher& publisher, RepositoryCalls& repository);

  /// For a delivery under way, before anything else is done with it. May clear its tag: then its copy stands in for it.
  [[nodiscard]] boost::asio::awaitable<Verdict> begin(Delivery& delivery, DeliveryWindow::Place place);

  /// For a delivery under way: completes when no other is. A held claim may lapse meanwhile. False: the others take too
  /// long, and the delivery will come again later.
  [[nodiscard]] boost::asio::awaitable<bool> be_alone(const Delivery& delivery, DeliveryWindow::Place place);

  /// Acknowledges a delivery that has been dealt with, and drops its copy when it arrives.
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
