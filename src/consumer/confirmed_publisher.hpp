#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <expected>
#include <optional>
#include <random>

#include "base/backoff.hpp"
#include "consumer/clock.hpp"
#include "domain/retry_policy.hpp"
#include "notifier/broker.hpp"
#include "notifier/message.hpp"

namespace notifier {

/// Publishes what the pipeline needs published before it goes on. All members belong to `executor`, which is the clock's.
class ConfirmedPublisher {
 public:
  /// `delays` has the existing delay queues; no wait is longer than `longest_wait`. `seed` decides the jitter of pauses.
  ConfirmedPublisher(boost::asio::any_io_executor executor, Broker& broker, Clock& clock, RetryPolicy delays,
                     std::chrono::milliseconds longest_wait, std::minstd_rand::result_type seed);

  /// Once.
  [[nodiscard]] boost::asio::awaitable<std::expected<void, PublishError>> try_publish(const Message& message,
                                                                                      Destination destination);

  /// Tries until the broker has confirmed it; to `when_refused` instead, once it has refused the message.
  [[nodiscard]] boost::asio::awaitable<void> publish(Message message, Destination destination,
                                                     std::optional<Destination> when_refused = std::nullopt);

  /// To a delay queue, from which it comes back when the wait is over or when it is to wait in another one.
  [[nodiscard]] boost::asio::awaitable<void> publish_later(Message message, std::chrono::milliseconds wait);

  /// How long a message that came from a delay queue is to wait in another one; 0: it is due.
  [[nodiscard]] std::chrono::milliseconds until_due(const Message& message) const;

  /// The delay queue in which to look again at something that is held for `remaining`.
  [[nodiscard]] Destination look_again_in(std::chrono::milliseconds remaining) const {
    return {.queue = Destination::Queue::delay, .delay = delays_.look_again_delay(remaining)};
  }

  [[nodiscard]] Destination shortest_delay() const {
    return {.queue = Destination::Queue::delay, .delay = delays_.shortest_delay()};
  }

  /// Between tries of one message.
  [[nodiscard]] Backoff backoff() const;

 private:
  boost::asio::any_io_executor executor_;
  Broker& broker_;
  Clock& clock_;
  const RetryPolicy delays_;
  const std::chrono::milliseconds longest_wait_;
  const std::minstd_rand::result_type seed_;
};

}  // namespace notifier
