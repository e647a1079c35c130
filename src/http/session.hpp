#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string_view>

#include "http/api_keys.hpp"
#include "http/connection.hpp"
#include "http/mailbox.hpp"
#include "http/route_table.hpp"
#include "http/server_options.hpp"

namespace notifier::http {

/// What all sessions of a server share. On the server's thread only, except for the mailbox.
struct SessionContext {
  const ServerOptions& options;
  const ApiKeys& api_keys;
  HandlerContext handlers;
  std::shared_ptr<Mailbox> mailbox;
  bool stopping = false;  ///< answer what has begun, then close
};

/// Serves the requests of one client, one after the other. On the server's thread only.
class Session {
 public:
  Session(boost::asio::ip::tcp::socket socket, const SessionContext& context);

  /// Runs until the client or the server closes the connection.
  boost::asio::awaitable<void> run();

  /// Instead of `run`: tells the client that there are too many connections, and closes.
  boost::asio::awaitable<void> turn_away();

  /// The server stops: closes if no request is under way. Otherwise `run` ends after its answer.
  void finish() { connection_.stop_waiting(); }

  void close() { connection_.close(); }
  void check_deadline(std::chrono::steady_clock::time_point now) { connection_.check_deadline(now); }

 private:
  boost::asio::awaitable<bool> serve_request();
  boost::asio::awaitable<void> refuse(ReadFailure failure);
  boost::asio::awaitable<Response> handle(const Request& request, Handler handler);
  boost::asio::awaitable<bool> send(const Response& response, ResponseFraming framing);
  [[nodiscard]] bool key_is_valid(const RequestParser& parser) const;
  [[nodiscard]] std::variant<RouteMatch, Refusal> choose_route(const RequestParser& parser) const;

  Connection connection_;
  const SessionContext& context_;
  boost::asio::steady_timer answer_timer_;
};

}  // namespace notifier::http
