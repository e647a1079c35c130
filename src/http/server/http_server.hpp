#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "http/api/services.hpp"
#include "http/server/listen_address.hpp"

namespace notifier {

/// Serves the routes of `src/http/api/route_table.cpp` on one thread of its own.
class HttpServer {
 public:
  virtual ~HttpServer() = default;

  /// The port that it listens on, also when 0 was asked for.
  [[nodiscard]] virtual std::uint16_t port() const = 0;

  /// From now on each answer ends its connection, so that clients that keep connections, load balancers above all, send no
  /// request on one that a stop is about to close. Any thread.
  virtual void disable_keep_alive() = 0;

  /// Stops accepting, lets requests that are under way finish within `grace`, closes all connections and ends the thread.
  /// Called by the destructor with no grace if not before. Any thread but the server's own.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

/// Longer than the 60 s for which load balancers keep theirs, so that they do not send a request just as it is closed here.
inline constexpr std::chrono::milliseconds default_idle_timeout{std::chrono::seconds{75}};

/// Starts to listen; a connection is kept for `idle_timeout` between two requests. The error is a sentence that says what is
/// wrong (port in use, bad address) and which setting to change.
[[nodiscard]] std::expected<std::unique_ptr<HttpServer>, std::string> start_http_server(
    const ListenAddress& address, HttpServices services, std::chrono::milliseconds idle_timeout = default_idle_timeout);

}  // namespace notifier
