#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "broker/rabbitmq/amqp.hpp"

namespace notifier::testing {

/// A plain AMQP client, which publishes whatever it is told to: bodies and properties that the management API refuses.
class AmqpClient {
 public:
  /// Of the test's RabbitMQ. Throws when that cannot be reached.
  explicit AmqpClient(const std::string& vhost);

  /// Publishes to a queue by the default exchange, and waits for the confirm. Throws when there is none.
  void publish(const std::string& queue, const std::string& body, const amqp_basic_properties_t& properties);

  struct Got {
    std::string body;
    std::string reason;  ///< `x-dead-letter-reason`
    std::string error;   ///< `x-last-error`
  };

  /// Takes one message out of a queue, if there is one.
  std::optional<Got> get(const std::string& queue);

 private:
  rabbitmq::ConnectionHandle connection_;
};

}  // namespace notifier::testing
