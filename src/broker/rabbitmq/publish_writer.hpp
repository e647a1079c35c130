#pragma once

#include <optional>
#include <string>

#include "broker/rabbitmq/amqp_connection.hpp"
#include "broker/rabbitmq/request_queue.hpp"
#include "notifier/broker.hpp"

namespace notifier::rabbitmq {

/// Writes messages to a connection with few system calls: what rabbitmq-c writes by itself leaves in three for each message,
/// which costs both sides more than all the rest. Writes are gathered until `flush`, or until there are many bytes of them.
class PublishWriter {
 public:
  PublishWriter(AmqpConnection& connection, amqp_channel_t channel);

  /// All that `write` and `flush` return is a status of rabbitmq-c; after any but `AMQP_STATUS_OK` the connection is of no
  /// use any more.
  [[nodiscard]] int write(const PublishRequest& request, Clock::time_point deadline);
  [[nodiscard]] int flush(Clock::time_point deadline);

 private:
  AmqpConnection& connection_;
  amqp_channel_t channel_;
  std::size_t frame_max_;
  std::optional<Corked> corked_;  ///< over TLS, where only rabbitmq-c can write
  std::string frames_;
};

}  // namespace notifier::rabbitmq
