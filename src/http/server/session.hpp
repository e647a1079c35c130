#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <string_view>

#include "http/api/route_table.hpp"
#include "http/server/answer_room.hpp"
#include "http/server/api_keys.hpp"
#include "http/server/awaitable.hpp"
#include "http/server/body_room.hpp"
#include "http/server/client_connection.hpp"
#include "http/server/key_refusals.hpp"
#include "http/server/pending_answer.hpp"
#include "http/server/server_inbox.hpp"
#include "http/server/server_options.hpp"

namespace notifier::http {

/// What all sessions of a server share. On the server's thread only, except for the inbox.
struct SessionContext {
  const ServerOptions& options;
  const ApiKeys& api_keys;
  HandlerContext handlers;
  BodyRoom& body_room;
  AnswerRoom& answer_room;
  AnswerRoom& export_room;
  KeyRefusals& key_refusals;
  std::shared_ptr<ServerInbox> inbox;
  bool keeps_connections = true;  ///< for further requests
  bool stopping = false;          ///< answer what has begun, then close
  /// Whether there is a place by now, other than a reserved one, for a client that got one of those. Somebody who waits may
  /// have to give his up.
  std::function<bool()> find_place;
};

/// What a connection has a place for when it is accepted.
enum class Welcome : std::uint8_t { all_requests, requests_without_key };

/// Serves the requests of one client, one after the other. On the server's thread only.
class Session {
 public:
  Session(Socket socket, const SessionContext& context, Welcome welcome);

  /// Runs until the client or the server closes the connection.
  Awaitable<void> run();

  /// The server stops: closes if no request is under way and, on a new connection, none comes soon
  /// (`ClientConnection::stop_waiting`). Otherwise `run` ends after its answer.
  void finish() { connection_.stop_waiting(); }

  [[nodiscard]] const ClientConnection& connection() const { return connection_; }

  /// Ends `run` at once, whatever it waits for.
  void close();

  /// Ends waits whose time is over. To be called at intervals.
  void check_deadline(std::chrono::steady_clock::time_point now);

 private:
  Awaitable<bool> serve_request();
  Awaitable<void> refuse(ReadFailure failure);
  [[nodiscard]] std::shared_ptr<PendingAnswer> ask(Request request, const HttpRoute& route) const;
  Awaitable<Response> answer_to(Request request, const HttpRoute& route);
  Awaitable<bool> send(Response response, ResponseFraming framing);
  [[nodiscard]] std::variant<RouteMatch, Refusal> choose_route(const RequestParser& parser);
  void log_refused_key(const SingleField& key, const HttpRoute& route);
  [[nodiscard]] std::optional<Refusal> check_key(const RequestParser& parser, const HttpRoute& route);

  ClientConnection connection_;
  std::array<std::byte, 1024> field_buffer_;
  std::pmr::monotonic_buffer_resource field_memory_{field_buffer_.data(),
                                                    field_buffer_.size()};  ///< of one request's header
  const SessionContext& context_;
  const Welcome welcome_;
  const ApiKeys::Owner* key_owner_ = nullptr;  ///< of the request that is served; null: it needs no key
  std::shared_ptr<PendingAnswer> awaited_;     ///< while a handler owes its answer
  std::chrono::steady_clock::time_point answer_deadline_;
};

}  // namespace notifier::http
