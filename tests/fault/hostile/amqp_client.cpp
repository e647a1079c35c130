#include "fault/hostile/amqp_client.hpp"

#include <sys/time.h>

#include <stdexcept>
#include <string_view>

#include "support/test_servers.hpp"

namespace notifier::testing {
namespace {

using rabbitmq::to_bytes;
using rabbitmq::to_view;

constexpr amqp_channel_t channel = 1;
constexpr timeval patience{.tv_sec = 30, .tv_usec = 0};

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error{std::string{"AMQP: "} + what};
}

void require_normal(const amqp_rpc_reply_t& reply, const char* what) {
  require(reply.reply_type == AMQP_RESPONSE_NORMAL, what);
}

std::string text_header(const amqp_basic_properties_t& properties, std::string_view name) {
  if ((properties._flags & AMQP_BASIC_HEADERS_FLAG) == 0) return {};
  for (int i = 0; i < properties.headers.num_entries; ++i) {
    const amqp_table_entry_t& header = properties.headers.entries[i];
    if (to_view(header.key) == name && header.value.kind == AMQP_FIELD_KIND_UTF8) {
      return std::string{to_view(header.value.value.bytes)};
    }
  }
  return {};
}

}  // namespace

AmqpClient::AmqpClient(const std::string& vhost) : connection_{amqp_new_connection()} {
  amqp_connection_state_t connection = connection_.get();
  amqp_socket_t* socket = amqp_tcp_socket_new(connection);
  require(socket != nullptr && amqp_socket_open(socket, "127.0.0.1", rabbitmq_port()) == AMQP_STATUS_OK, "connect");
  amqp_set_rpc_timeout(connection, &patience);
  require_normal(
      amqp_login(connection, vhost.c_str(), 0, AMQP_DEFAULT_FRAME_SIZE, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"),
      "log in");
  amqp_channel_open(connection, channel);
  require_normal(amqp_get_rpc_reply(connection), "open a channel");
  amqp_confirm_select(connection, channel);
  require_normal(amqp_get_rpc_reply(connection), "ask for confirms");
}

void AmqpClient::publish(const std::string& queue, const std::string& body, const amqp_basic_properties_t& properties) {
  require(amqp_basic_publish(connection_.get(), channel, amqp_empty_bytes, to_bytes(queue), 0, 0, &properties,
                             to_bytes(body)) == AMQP_STATUS_OK,
          "publish");
  amqp_frame_t frame{};
  require(amqp_simple_wait_frame_noblock(connection_.get(), &frame, &patience) == AMQP_STATUS_OK &&
              frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_BASIC_ACK_METHOD,
          "there was no confirm");
  amqp_maybe_release_buffers(connection_.get());
}

std::optional<AmqpClient::Got> AmqpClient::get(const std::string& queue) {
  const amqp_rpc_reply_t reply = amqp_basic_get(connection_.get(), channel, to_bytes(queue), 1);
  require_normal(reply, "get");
  if (reply.reply.id == AMQP_BASIC_GET_EMPTY_METHOD) return std::nullopt;
  amqp_message_t message{};
  require_normal(amqp_read_message(connection_.get(), channel, &message, 0), "read a message");
  Got got{.body = std::string{to_view(message.body)},
          .reason = text_header(message.properties, "x-dead-letter-reason"),
          .error = text_header(message.properties, "x-last-error")};
  amqp_destroy_message(&message);
  amqp_maybe_release_buffers(connection_.get());
  return got;
}

}  // namespace notifier::testing
