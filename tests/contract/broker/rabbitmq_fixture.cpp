#include "contract/broker/rabbitmq_fixture.hpp"

#include <boost/json/object.hpp>
#include <stdexcept>
#include <utility>

#include "base/sha256.hpp"
#include "broker/rabbitmq/amqp.hpp"
#include "broker/rabbitmq/rabbitmq_broker.hpp"

namespace notifier::testing {
namespace {

/// A plain AMQP connection, which knows how many messages are ready at this moment; the management plugin learns it late.
std::uint64_t count_ready(const std::string& vhost, std::string_view queue) {
  const std::unique_ptr<amqp_connection_state_t_, decltype(&amqp_destroy_connection)> connection{amqp_new_connection(),
                                                                                                 &amqp_destroy_connection};
  amqp_socket_t* socket = amqp_tcp_socket_new(connection.get());
  const auto ok = [](const amqp_rpc_reply_t& reply) { return reply.reply_type == AMQP_RESPONSE_NORMAL; };
  if (socket == nullptr || amqp_socket_open(socket, "127.0.0.1", rabbitmq_port()) != AMQP_STATUS_OK ||
      !ok(amqp_login(connection.get(), vhost.c_str(), 0, AMQP_DEFAULT_FRAME_SIZE, 0, AMQP_SASL_METHOD_PLAIN, "guest",
                     "guest")) ||
      amqp_channel_open(connection.get(), 1) == nullptr) {
    throw std::runtime_error{"cannot look into the test's vhost"};
  }
  const amqp_bytes_t name{.len = queue.size(), .bytes = const_cast<char*>(queue.data())};
  const auto* declared = amqp_queue_declare(connection.get(), 1, name, 1, 0, 0, 0, amqp_empty_table);
  if (declared == nullptr) throw std::runtime_error{"there is no queue " + std::string{queue}};
  return declared->message_count;
}

std::string text_in(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? std::string{} : std::string{value->as_string()};
}

Message message_from(const boost::json::object& shown) {
  Message message;
  message.body = text_in(shown, "payload");
  const auto& properties = shown.at("properties").as_object();
  message.event_id = text_in(properties, "message_id");
  message.event_type = text_in(properties, "type");
  const auto& headers = properties.at("headers").as_object();
  if (headers.contains("x-attempt")) message.attempt = headers.at("x-attempt").to_number<unsigned>();
  if (headers.contains("x-generation")) message.generation = headers.at("x-generation").to_number<unsigned>();
  message.route = text_in(headers, "x-route");
  if (headers.contains("x-redelivered")) message.renewals = headers.at("x-redelivered").to_number<unsigned>();
  message.fingerprint = sha256_from_hex(text_in(headers, "x-fingerprint"));
  if (headers.contains("x-begun-alone")) message.begun_alone = headers.at("x-begun-alone").to_number<unsigned>();
  message.traceparent = text_in(headers, "traceparent");
  message.first_failed_at = text_in(headers, "x-first-failed-at");
  if (headers.contains("x-not-before")) message.not_before = headers.at("x-not-before").to_number<std::int64_t>();
  if (headers.contains("x-dead-letter-reason")) {
    message.dead_letter =
        DeadLetter{.reason = text_in(headers, "x-dead-letter-reason"), .last_error = text_in(headers, "x-last-error")};
  }
  return message;
}

}  // namespace

std::unique_ptr<Broker> RabbitmqFixture::open() {
  return open_with(settings(), test_topology(), [](const std::string&) {});
}

std::unique_ptr<Broker> RabbitmqFixture::open_with(const RabbitmqSettings& settings, const BrokerTopology& topology,
                                                   std::function<void(std::string)> on_unusable) const {
  return rabbitmq::make_rabbitmq_broker(settings, topology, std::move(on_unusable));
}

RabbitmqSettings RabbitmqFixture::settings() const {
  RabbitmqSettings settings;
  settings.url = vhost_.url();
  return settings;
}

std::uint64_t RabbitmqFixture::depth(std::string_view queue) { return count_ready(vhost_.name(), queue); }

std::vector<Message> RabbitmqFixture::dead_letters() {
  std::vector<Message> messages;
  for (const auto& shown : management().peek(std::string{dead_letter_queue}, 1000)) messages.push_back(message_from(shown));
  return messages;
}

}  // namespace notifier::testing
