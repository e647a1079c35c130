#include "http/session.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "notifier/failpoint.hpp"

namespace notifier::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr std::size_t max_target_bytes = 2048;

/// Where the answer to a request arrives. Shared with whoever answers; on the server's thread only.
struct PendingAnswer {
  std::optional<Response> response;
  asio::steady_timer* waiting = nullptr;  ///< set while the session waits

  void set(Response answer) {
    response = std::move(answer);
    if (waiting != nullptr) waiting->cancel();
  }
};

template <typename FieldName>
SingleField single_field(const RequestParser& parser, FieldName name) {
  SingleField field;
  const auto range = parser.get().equal_range(name);
  for (auto it = range.first; it != range.second; ++it) {
    if (field.count++ == 0) field.value = {it->value().data(), it->value().size()};
  }
  return field;
}

/// The path of a target in origin form, or in the absolute form that proxies use, without the query.
std::string_view path_of(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (target.starts_with(scheme)) {
    target.remove_prefix(scheme.size());
    const std::size_t slash = target.find('/');
    target.remove_prefix(slash == std::string_view::npos ? target.size() : slash);
  }
  return target.substr(0, target.find('?'));
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const SessionContext& context)
    : connection_{std::move(socket), context.options}, context_{context}, answer_timer_{connection_.get_executor()} {}

asio::awaitable<void> Session::run() {
  bool open = true;
  while (open && (!context_.stopping || connection_.has_input())) open = co_await serve_request();
  co_await connection_.close_lingering();
}

asio::awaitable<void> Session::turn_away() {
  co_await refuse(Refusal{.status = 503, .detail = "there are too many connections"});
  co_await connection_.close_lingering();
}

/// False when no further request can be served on this connection.
asio::awaitable<bool> Session::serve_request() {
  RequestParser parser;
  auto read = co_await connection_.read_header(parser);
  if (!read) {
    co_await refuse(std::move(read.error()));
    co_return false;
  }
  const auto& header = parser.get();
  const bool body_follows = !parser.is_done();
  ResponseFraming framing{.http_1_0 = header.version() == 10,
                          .keep_alive = parser.keep_alive(),
                          .without_body = header.method() == beast::http::verb::head};

  const auto chosen = choose_route(parser);
  if (const auto* refusal = std::get_if<Refusal>(&chosen)) {
    framing.keep_alive = framing.keep_alive && !body_follows;
    const Response response = error_response(*refusal);
    co_return co_await send(response, framing);
  }
  const RouteMatch& match = std::get<RouteMatch>(chosen);
  if (body_follows && match.route->takes_body()) {
    read = co_await connection_.read_body(parser);
    if (!read) {
      co_await refuse(std::move(read.error()));
      co_return false;
    }
  } else if (body_follows) {
    framing.keep_alive = false;
  }

  const Request request{.event_segment = match.event_segment,
                        .content_type = single_field(parser, beast::http::field::content_type),
                        .idempotency_key = single_field(parser, "Idempotency-Key"),
                        .traceparent = single_field(parser, "traceparent"),
                        .body = parser.get().body()};
  const Response response = co_await handle(request, match.route->handler);
  co_return co_await send(response, framing);
}

/// The route of the request if its client may use it.
std::variant<RouteMatch, Refusal> Session::choose_route(const RequestParser& parser) const {
  const auto& header = parser.get();
  if (header.target().size() > max_target_bytes) return Refusal{.status = 414, .detail = "the path is too long"};
  auto found = find_route({header.method_string().data(), header.method_string().size()},
                          path_of({header.target().data(), header.target().size()}));
  if (const auto* match = std::get_if<RouteMatch>(&found)) {
    if (match->route->key_needed == KeyNeeded::yes && !key_is_valid(parser)) return Refusal{.status = 401, .detail = {}};
  }
  return found;
}

bool Session::key_is_valid(const RequestParser& parser) const {
  const SingleField key = single_field(parser, "X-API-Key");
  return key.present_once() && context_.api_keys.allow(key.value);
}

asio::awaitable<void> Session::refuse(ReadFailure failure) {
  if (!failure) {
    connection_.close();
    co_return;
  }
  const Response response = error_response(*failure);
  const ResponseFraming framing{.keep_alive = false};
  co_await send(response, framing);
}

asio::awaitable<Response> Session::handle(const Request& request, Handler handler) {
  const auto pending = std::make_shared<PendingAnswer>();
  try {
    handler(request, context_.handlers, [pending, mailbox = context_.mailbox](Response response) {
      mailbox->deliver([pending, response = std::move(response)]() mutable { pending->set(std::move(response)); });
    });
  } catch (const std::exception& bug) {
    pending->set(error_response(InternalError{.detail = bug.what()}));
  }
  if (!pending->response) {
    pending->waiting = &answer_timer_;
    answer_timer_.expires_after(context_.options.answer_timeout);
    beast::error_code cancelled;
    co_await answer_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    pending->waiting = nullptr;
  }
  if (!pending->response) {
    pending->set(
        error_response(Refusal{.status = 503, .detail = "the answer takes too long; what was asked for may happen yet"}));
  }
  co_return std::move(*pending->response);
}

/// False when the connection is to be closed now.
asio::awaitable<bool> Session::send(const Response& response, ResponseFraming framing) {
  if (context_.stopping) framing.keep_alive = false;
  const std::string bytes = to_bytes(response, framing);
  const bool written = co_await connection_.write(bytes);
  failpoint("replied");
  co_return written&& framing.keep_alive;
}

}  // namespace notifier::http
