#pragma once

#include <functional>
#include <string_view>
#include <variant>

#include "http/error_response.hpp"
#include "http/http_message.hpp"
#include "notifier/http_server.hpp"

namespace notifier::http {

class BlockingCalls;

/// What handlers work with.
struct HandlerContext {
  const HttpServices& services;
  BlockingCalls& blocking_calls;
};

/// Takes the answer. Call it once, from any thread; it may be late: the client and even the server may be gone by then.
using Respond = std::move_only_function<void(Response)>;

/// Answers a request, at once or later. Runs on the server's thread and must not block.
using Handler = void (*)(const Request& request, const HandlerContext& context, Respond respond);

enum class KeyNeeded : bool { no, yes };

struct Route {
  std::string_view method;
  std::string_view path;  ///< `{eventId}` at the end stands for one segment
  KeyNeeded key_needed;
  Handler handler;

  [[nodiscard]] bool takes_body() const { return method == "POST"; }
};

struct RouteMatch {
  const Route* route;
  std::string_view event_segment;  ///< what stands for `{eventId}`; empty when the route has none
};

/// The route for a method and a path, or a refusal: 404, or 405 with `Allow`. GET routes also answer HEAD.
[[nodiscard]] std::variant<RouteMatch, Refusal> find_route(std::string_view method, std::string_view path);

}  // namespace notifier::http
