#include "support/rabbitmq_management.hpp"

#include <boost/beast/core/detail/base64.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "support/http_request.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {
namespace {

std::string base64(const std::string& bytes) {
  namespace detail = boost::beast::detail::base64;
  std::string text(detail::encoded_size(bytes.size()), '\0');
  text.resize(detail::encode(text.data(), bytes.data(), bytes.size()));
  return text;
}

}  // namespace

std::string call_rabbitmq_management(const std::string& method, const std::string& target, const std::string& body) {
  const HttpAnswer answer =
      http_request(rabbitmq_management_port(), method, target, body,
                   {{"Authorization", "Basic Z3Vlc3Q6Z3Vlc3Q="}, {"Content-Type", "application/json"}});
  if (answer.status >= 300) {
    throw std::runtime_error{"RabbitMQ's management API answered " + std::to_string(answer.status) + " to " + method + " " +
                             target};
  }
  return answer.body;
}

void RabbitmqManagement::publish(const std::string& queue, const std::string& body,
                                 const boost::json::object& properties) const {
  const boost::json::object request{
      {"properties", properties}, {"routing_key", queue}, {"payload", base64(body)}, {"payload_encoding", "base64"}};
  const std::string answer =
      call_rabbitmq_management("POST", "/api/exchanges/" + vhost_ + "/amq.default/publish", boost::json::serialize(request));
  if (!boost::json::parse(answer).at("routed").as_bool())
    throw std::runtime_error{"no queue " + queue + " took the message"};
}

std::vector<boost::json::object> RabbitmqManagement::take(const std::string& queue, unsigned count) const {
  return get(queue, count, "ack_requeue_false");
}

std::vector<boost::json::object> RabbitmqManagement::peek(const std::string& queue, unsigned count) const {
  return get(queue, count, "ack_requeue_true");
}

std::vector<boost::json::object> RabbitmqManagement::get(const std::string& queue, unsigned count,
                                                         const char* ack_mode) const {
  const boost::json::object request{{"count", count}, {"ackmode", ack_mode}, {"encoding", "auto"}};
  const auto answer = boost::json::parse(
      call_rabbitmq_management("POST", "/api/queues/" + vhost_ + "/" + queue + "/get", boost::json::serialize(request)));
  std::vector<boost::json::object> messages;
  for (const auto& message : answer.as_array()) messages.push_back(message.as_object());
  return messages;
}

std::size_t RabbitmqManagement::messages_in(const std::string& queue) const { return total(queue, "messages"); }

std::size_t RabbitmqManagement::messages_ready_in(const std::string& queue) const { return total(queue, "messages_ready"); }

std::size_t RabbitmqManagement::total(const std::string& queue, const char* name) const {
  // Without statistics, which are some seconds old, the totals are those of this moment.
  const auto queues = boost::json::parse(
      call_rabbitmq_management("GET", "/api/queues/" + vhost_ + "?disable_stats=true&enable_queue_totals=true"));
  for (const auto& each : queues.as_array()) {
    const auto& fields = each.as_object();
    if (fields.at("name").as_string() == queue) return fields.at(name).to_number<std::size_t>();
  }
  throw std::runtime_error{"there is no queue " + queue};
}

boost::json::object RabbitmqManagement::queue(const std::string& name) const {
  try {
    return boost::json::parse(call_rabbitmq_management("GET", "/api/queues/" + vhost_ + "/" + name)).as_object();
  } catch (const std::runtime_error&) {
    return {};
  }
}

}  // namespace notifier::testing
