#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "broker/rabbitmq/amqp.hpp"

namespace notifier::bench {

/// Publishes as fast as rabbitmq-c can with confirms: one connection, one thread, nothing else done. The ceiling for ingest,
/// and the way to a backlog.
class RawPublisher {
 public:
  explicit RawPublisher(const std::string& vhost);

  /// A quorum queue without more arguments.
  void declare(const std::string& queue);

  /// Publishes `count` events, each with an id of its own, to `queue` and waits for all confirms. Messages per second.
  double publish(const std::string& queue, std::size_t count);

  /// Waits until all messages of `queue` have been delivered. Throws if that takes longer than ten minutes.
  void await_empty(const std::string& queue);

 private:
  void write(const std::string& queue);
  void read_confirm();

  rabbitmq::ConnectionHandle connection_;
  std::uint64_t published_ = 0;
  std::uint64_t confirmed_ = 0;
};

}  // namespace notifier::bench
