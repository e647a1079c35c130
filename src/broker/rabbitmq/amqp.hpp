#pragma once

// The only place that includes rabbitmq-c.

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif

#include <cstddef>
#include <memory>
#include <string_view>

namespace notifier::rabbitmq {

struct ConnectionDeleter {
  void operator()(amqp_connection_state_t connection) const { amqp_destroy_connection(connection); }
};

/// What a short string of AMQP 0-9-1 may hold, in bytes.
inline constexpr std::size_t longest_short_string = 255;

using ConnectionHandle = std::unique_ptr<amqp_connection_state_t_, ConnectionDeleter>;

/// Refers to `text`; the library does not write through it.
[[nodiscard]] inline amqp_bytes_t to_bytes(std::string_view text) {
  return {.len = text.size(), .bytes = const_cast<char*>(text.data())};
}

/// Refers to memory that the library releases with the next `AmqpConnection::next_frame`.
[[nodiscard]] inline std::string_view to_view(amqp_bytes_t bytes) {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}

/// Of a frame that is a header.
[[nodiscard]] inline const amqp_basic_properties_t& properties_of(const amqp_frame_t& header) {
  return *static_cast<const amqp_basic_properties_t*>(header.payload.properties.decoded);
}

[[nodiscard]] inline amqp_table_entry_t text_entry(std::string_view key, std::string_view text) {
  amqp_table_entry_t entry{};
  entry.key = to_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_UTF8;
  entry.value.value.bytes = to_bytes(text);
  return entry;
}

[[nodiscard]] inline amqp_table_entry_t integer_entry(std::string_view key, std::int64_t number) {
  amqp_table_entry_t entry{};
  entry.key = to_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_I64;
  entry.value.value.i64 = number;
  return entry;
}

}  // namespace notifier::rabbitmq
