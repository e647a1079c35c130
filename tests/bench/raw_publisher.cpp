#include "bench/raw_publisher.hpp"

#include <chrono>
#include <stdexcept>

#include "domain/event_id.hpp"
#include "support/test_servers.hpp"
#include "support/wait_until.hpp"

namespace notifier::bench {
namespace {

constexpr amqp_channel_t channel = 1;
constexpr std::uint64_t window = 1000;
constexpr std::chrono::milliseconds between_looks{200};

void check(const amqp_rpc_reply_t& reply) {
  if (reply.reply_type != AMQP_RESPONSE_NORMAL) throw std::runtime_error{"RabbitMQ refuses what the benchmark asks for"};
}

std::string event_with(const std::string& id) {
  return R"({"id":")" + id +
         R"(","eventType":"user_signup","timestamp":"2023-10-27T10:00:00Z","payload":{"userId":"uuid-123","email":)"
         R"("user@example.com","username":"testuser"}})";
}

}  // namespace

RawPublisher::RawPublisher(const std::string& vhost) : connection_{amqp_new_connection()} {
  amqp_socket_t* const socket = amqp_tcp_socket_new(connection_.get());
  if (amqp_socket_open(socket, "127.0.0.1", testing::rabbitmq_port()) != AMQP_STATUS_OK) {
    throw std::runtime_error{"RabbitMQ cannot be reached"};
  }
  check(amqp_login(connection_.get(), vhost.c_str(), 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"));
  amqp_channel_open(connection_.get(), channel);
  check(amqp_get_rpc_reply(connection_.get()));
  amqp_confirm_select(connection_.get(), channel);
  check(amqp_get_rpc_reply(connection_.get()));
}

void RawPublisher::declare(const std::string& queue) {
  amqp_table_entry_t type{};
  type.key = amqp_cstring_bytes("x-queue-type");
  type.value.kind = AMQP_FIELD_KIND_UTF8;
  type.value.value.bytes = amqp_cstring_bytes("quorum");
  amqp_queue_declare(connection_.get(), channel, rabbitmq::to_bytes(queue), 0, 1, 0, 0,
                     {.num_entries = 1, .entries = &type});
  check(amqp_get_rpc_reply(connection_.get()));
}

double RawPublisher::publish(const std::string& queue, std::size_t count) {
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    while (published_ - confirmed_ >= window) read_confirm();
    write(queue);
  }
  while (confirmed_ < published_) read_confirm();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(count) / took.count();
}

void RawPublisher::await_empty(const std::string& queue) {
  const auto is_empty = [&] {
    const auto* const declared = amqp_queue_declare(connection_.get(), channel, rabbitmq::to_bytes(queue), 1, 0, 0, 0, {});
    if (declared == nullptr) throw std::runtime_error{"RabbitMQ does not know the queue " + queue};
    return declared->message_count == 0;
  };
  if (!testing::wait_until(is_empty, std::chrono::minutes{10}, between_looks)) {
    throw std::runtime_error{"the queue was not drained within ten minutes"};
  }
}

void RawPublisher::write(const std::string& queue) {
  const std::string id = new_event_id();
  const std::string body = event_with(id);
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG;
  properties.delivery_mode = AMQP_DELIVERY_PERSISTENT;
  properties.content_type = amqp_cstring_bytes("application/json");
  properties.message_id = rabbitmq::to_bytes(id);
  const int status = amqp_basic_publish(connection_.get(), channel, amqp_empty_bytes, rabbitmq::to_bytes(queue), 0, 0,
                                        &properties, rabbitmq::to_bytes(body));
  if (status != AMQP_STATUS_OK) throw std::runtime_error{"the connection to RabbitMQ is lost"};
  ++published_;
}

void RawPublisher::read_confirm() {
  amqp_frame_t frame{};
  amqp_maybe_release_buffers(connection_.get());
  if (amqp_simple_wait_frame(connection_.get(), &frame) != AMQP_STATUS_OK) {
    throw std::runtime_error{"the connection to RabbitMQ is lost"};
  }
  if (frame.frame_type != AMQP_FRAME_METHOD || frame.payload.method.id != AMQP_BASIC_ACK_METHOD) return;
  const auto& ack = *static_cast<const amqp_basic_ack_t*>(frame.payload.method.decoded);
  confirmed_ = ack.multiple != 0 ? ack.delivery_tag : confirmed_ + 1;
}

}  // namespace notifier::bench
