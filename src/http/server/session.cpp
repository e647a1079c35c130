#include "http/server/session.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "failpoint/failpoint.hpp"
#include "notifier/log.hpp"

namespace notifier::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr std::size_t max_target_bytes = 2048;
// All connections together hold no more of these than of a few large ones.
constexpr std::size_t max_small_answer_bytes = 16UL * 1024;
// A mebibyte and the dead letter with which it is reached, unless that is a very large one.
constexpr std::size_t usual_export_bytes = 2UL * 1024 * 1024;

template <typename FieldName>
SingleField single_field(const RequestParser& parser, FieldName name) {
  SingleField field;
  const auto range = parser.get().equal_range(name);
  for (auto it = range.first; it != range.second; ++it) {
    if (field.count++ == 0) field.value = {it->value().data(), it->value().size()};
  }
  return field;
}

/// Whether the body is said to be compressed or otherwise encoded.
bool is_encoded(const RequestParser& parser) {
  const auto range = parser.get().equal_range(beast::http::field::content_encoding);
  return std::any_of(range.first, range.second,
                     [](const auto& sent) { return !sent.value().empty() && !beast::iequals(sent.value(), "identity"); });
}

/// The path of a target in origin form, or in the absolute form that proxies use, without the query.
std::string_view path_of(std::string_view target) {
  constexpr std::string_view before_authority = "://";
  if (!target.starts_with('/')) {
    const std::size_t scheme = target.find(before_authority);
    target.remove_prefix(scheme == std::string_view::npos ? 0 : scheme + before_authority.size());
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
  }
  const std::string_view path = target.substr(0, target.find('?'));
  return path.empty() ? "/" : path;
}

/// The query of a target, without the `?`.
std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

Response answer_too_late() {
  return error_response(Refusal{.status = 503, .detail = "timed out; the operation may still complete"});
}

Response too_many_exports() {
  return error_response(Refusal{.status = 503, .detail = "too many exports are read or wait to be read"});
}

/// Takes room for the answer as it is, in place of what `share` has. Where there is none it becomes a refusal.
void make_room(AnswerRoom& room, AnswerRoom::Share& share, Response& response) {
  share.reset();
  if (response.body.size() <= max_small_answer_bytes) return;
  share = room.take(response.body.size());
  if (!share) response = error_response(Refusal{.status = 503, .detail = "too many answers wait to be read"});
}

}  // namespace

Session::Session(Socket socket, const SessionContext& context, Welcome welcome)
    : connection_{std::move(socket), context.options}, context_{context}, welcome_{welcome} {}

void Session::close() {
  connection_.close();
  if (awaited_) awaited_->set(answer_too_late());
}

void Session::check_deadline(std::chrono::steady_clock::time_point now) {
  connection_.check_deadline(now);
  if (awaited_ && now >= answer_deadline_) awaited_->set(answer_too_late());
}

Awaitable<void> Session::run() {
  bool open = true;
  while (open && (!context_.stopping || connection_.owes_answer())) {
    open = co_await serve_request();
    // Answers leave in bursts. By the end of one the first clients have often asked again: reading only then saves a read
    // that finds nothing.
    if (open) co_await connection_.let_others_run();
  }
  co_await connection_.close_lingering();
}

/// False when no further request can be served on this connection.
Awaitable<bool> Session::serve_request() {
  field_memory_.release();
  RequestParser parser{std::piecewise_construct, std::make_tuple(), std::make_tuple(&field_memory_)};
  auto read = co_await connection_.read_header(parser);
  if (!read) {
    co_await refuse(std::move(read.error()));
    co_return false;
  }
  const auto& header = parser.get();
  const bool body_follows = !parser.is_done();
  ResponseFraming framing{.http_1_0 = header.version() == 10,
                          .keep_alive = parser.keep_alive() && welcome_ == Welcome::all_requests,
                          .without_body = header.method() == beast::http::verb::head};

  const auto chosen = choose_route(parser);
  if (const auto* refusal = std::get_if<Refusal>(&chosen)) {
    framing.keep_alive = framing.keep_alive && !body_follows;
    co_return co_await send(error_response(*refusal), framing);
  }
  const RouteMatch& match = std::get<RouteMatch>(chosen);
  framing.no_store = match.route->role && *match.route->role != Role::ingest;
  // Before the body is read: Beast adds the fields of its trailer, which the gate has not seen.
  Request request{.segment = match.segment,
                  .key_name = key_owner_ == nullptr ? std::string_view{} : key_owner_->name,
                  .client = key_owner_ == nullptr ? std::string_view{} : key_owner_->client,
                  .query = query_of({header.target().data(), header.target().size()}),
                  .content_type = single_field(parser, beast::http::field::content_type),
                  .idempotency_key = single_field(parser, "Idempotency-Key"),
                  .traceparent = single_field(parser, "traceparent"),
                  .body = {}};
  BodyRoom::Body room{context_.body_room, [this] { connection_.end_wait(); }};
  if (body_follows && match.route->max_body_bytes > 0) {
    read = co_await connection_.read_body(parser, match.route->max_body_bytes, room);
    if (!read) {
      co_await refuse(std::move(read.error()));
      co_return false;
    }
  } else if (body_follows) {
    framing.keep_alive = false;
  }

  request.body = std::move(parser.get().body());
  AnswerRoom& answer_room = match.route->exports ? context_.export_room : context_.answer_room;
  AnswerRoom::Share share = answer_room.take(match.route->exports ? usual_export_bytes : 0);
  if (!share) co_return co_await send(too_many_exports(), framing);
  Response response = co_await answer_to(std::move(request), *match.route);
  make_room(answer_room, share, response);
  co_return co_await send(std::move(response), framing);
}

/// The route of the request if its client may use it.
std::variant<RouteMatch, Refusal> Session::choose_route(const RequestParser& parser) {
  const auto& header = parser.get();
  if (header.target().size() > max_target_bytes) return Refusal{.status = 414, .detail = "the path is too long"};
  auto found = find_route({header.method_string().data(), header.method_string().size()},
                          path_of({header.target().data(), header.target().size()}));
  key_owner_ = nullptr;
  if (const auto* match = std::get_if<RouteMatch>(&found)) {
    if (auto refusal = check_key(parser, *match->route)) return std::move(*refusal);
    if (match->route->max_body_bytes > 0 && is_encoded(parser)) {
      return Refusal{.status = 415, .detail = "the body must have no Content-Encoding", .accept_encoding = "identity"};
    }
  }
  return found;
}

void Session::log_refused_key(const SingleField& key, const HttpRoute& route) {
  if (!context_.key_refusals.is_due()) return;
  const char* fault = key.count == 0 ? "missing" : key.count > 1 ? "given more than once" : "unknown";
  context_.key_refusals.log({.client = connection_.client_address(), .route = route.path, .fault = fault});
}

std::optional<Refusal> Session::check_key(const RequestParser& parser, const HttpRoute& route) {
  if (!route.role) return std::nullopt;
  if (welcome_ == Welcome::requests_without_key && !context_.find_place()) {
    return Refusal{.status = 503, .detail = "there are too many connections"};
  }
  const SingleField key = single_field(parser, "X-API-Key");
  const ApiKeys::Owner* const owner = key.present_once() ? context_.api_keys.owner_of(key.value) : nullptr;
  if (owner == nullptr) {
    log_refused_key(key, route);
    return Refusal{.status = 401, .detail = {}};
  }
  key_owner_ = owner;
  const std::string_view role = to_string(*route.role);
  if (!includes(owner->roles, *route.role)) {
    log::warn("API key lacks a role", {{"key", owner->name}, {"role", role}, {"route", route.path}});
    return Refusal{.status = 403, .detail = "this API key lacks the role '" + std::string{role} + "'"};
  }
  if (*route.role == Role::admin) log::info("admin request", {{"key", owner->name}, {"route", route.path}});
  return std::nullopt;
}

Awaitable<void> Session::refuse(ReadFailure failure) {
  if (!failure) co_return;
  const ResponseFraming framing{.keep_alive = false};
  co_await send(error_response(*failure), framing);
}

/// The request is gone when the handler has returned: it may be large, and the answer may take long.
std::shared_ptr<PendingAnswer> Session::ask(Request request, const HttpRoute& route) const {
  auto pending = std::make_shared<PendingAnswer>();
  if (const auto refusal = refuse_for_lack(route, context_.handlers.services)) {
    pending->set(error_response(*refusal));
    return pending;
  }
  try {
    route.handler(request, context_.handlers, [pending, inbox = context_.inbox](Response response) {
      inbox->deliver([pending, response = std::move(response)]() mutable { pending->set(std::move(response)); });
    });
  } catch (const std::exception& bug) {
    pending->set(error_response(InternalError{.detail = bug.what()}));
  }
  return pending;
}

Awaitable<Response> Session::answer_to(Request request, const HttpRoute& route) {
  const auto pending = ask(std::move(request), route);
  if (!pending->is_set()) {
    answer_deadline_ = std::chrono::steady_clock::now() + context_.options.answer_timeout;
    awaited_ = pending;
    co_await pending->wait();
    awaited_.reset();
  }
  co_return pending->take();
}

/// False when the connection is to be closed now.
Awaitable<bool> Session::send(Response response, ResponseFraming framing) {
  framing.keep_alive = framing.keep_alive && context_.keeps_connections;
  // An emptied string would keep its memory for as long as the client takes to read.
  const std::string bytes = to_bytes(std::exchange(response, {}), framing);
  const bool written = co_await connection_.write(bytes);
  failpoint("replied");
  co_return written&& framing.keep_alive;
}

}  // namespace notifier::http
