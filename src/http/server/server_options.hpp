#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "http/server/http_server.hpp"

namespace notifier::http {

/// A client that takes or sends less of an answer or a body within the time for it makes no progress.
inline constexpr std::size_t least_progress = 16UL * 1024;

/// Bounds on what connections may take. Except for the idle time-out they are not settings: the defaults fit, and only tests
/// need others.
struct ServerOptions {
  std::chrono::milliseconds first_byte_timeout{std::chrono::seconds{10}};   ///< of a new connection
  std::chrono::milliseconds last_request_timeout{std::chrono::seconds{1}};  ///< likewise, once the server stops
  std::chrono::milliseconds idle_timeout{default_idle_timeout};             ///< between two requests
  std::chrono::milliseconds header_timeout{std::chrono::seconds{10}};       ///< from its first byte to the end of the header
  std::chrono::milliseconds body_timeout{std::chrono::seconds{30}};         ///< for the next 16 KiB of it
  std::chrono::milliseconds body_patience{
      std::chrono::seconds{1}};  ///< likewise, of one that is large while others have no room
  std::chrono::milliseconds answer_timeout{std::chrono::seconds{20}};  ///< of a handler
  std::chrono::milliseconds write_timeout{std::chrono::seconds{30}};   ///< for a client to take the next 16 KiB of an answer
  std::chrono::milliseconds linger_timeout{std::chrono::seconds{2}};   ///< for the client to close, or to send more in vain
  std::chrono::milliseconds longest_linger{std::chrono::seconds{10}};  ///< for the client to take a last answer and close
  std::chrono::milliseconds check_interval{250};                       ///< how often deadlines are looked at
  std::size_t max_connections = 2000;
  std::size_t max_answer_bytes = 16UL * 1024 * 1024;  ///< of large answers that wait for their clients, exports apart
  std::size_t max_export_bytes = 16UL * 1024 * 1024;  ///< of exports that are read or wait for their clients
  std::size_t reserved_connections = 100;             ///< beyond these, for requests that need no key
};

/// As `start_http_server` of the public header.
[[nodiscard]] std::expected<std::unique_ptr<HttpServer>, std::string> start_http_server(const ListenAddress& address,
                                                                                        HttpServices services,
                                                                                        const ServerOptions& options);

}  // namespace notifier::http
