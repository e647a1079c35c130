#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace notifier::testing {

/// The test server's queues through RabbitMQ's own tools (the HTTP API of its management plugin), not through notifier.
class RabbitmqManagement {
 public:
  explicit RabbitmqManagement(std::string vhost) : vhost_{std::move(vhost)} {}

  /// Publishes to a queue by the default exchange. Throws unless it was routed.
  void publish(const std::string& queue, const std::string& body, const boost::json::object& properties = {}) const;

  /// Takes up to `count` messages out of a queue: objects with `payload`, `properties` and so on as the API gives them.
  [[nodiscard]] std::vector<boost::json::object> take(const std::string& queue, unsigned count) const;

  /// The same, but they stay.
  [[nodiscard]] std::vector<boost::json::object> peek(const std::string& queue, unsigned count) const;

  /// How many messages a queue holds at this moment, handed out or not. Nothing is taken to find out.
  [[nodiscard]] std::size_t messages_in(const std::string& queue) const;

  /// How many of them are not handed out.
  [[nodiscard]] std::size_t messages_ready_in(const std::string& queue) const;

  /// The queue as the API shows it; empty if there is none.
  [[nodiscard]] boost::json::object queue(const std::string& name) const;

 private:
  [[nodiscard]] std::vector<boost::json::object> get(const std::string& queue, unsigned count, const char* ack_mode) const;

  /// Totals of this moment: `messages` or `messages_ready`.
  [[nodiscard]] std::size_t total(const std::string& queue, const char* name) const;

  std::string vhost_;
};

/// Any call of the API; the answer's body. Throws on an error status.
std::string call_rabbitmq_management(const std::string& method, const std::string& target, const std::string& body = {});

}  // namespace notifier::testing
