#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "http/api/services.hpp"
#include "http/wire/error_response.hpp"
#include "http/wire/http_message.hpp"
#include "notifier/api_key.hpp"

namespace notifier::http {

class BlockingCalls;

/// What handlers work with.
struct HandlerContext {
  const HttpServices& services;
  BlockingCalls& repository_calls;  ///< for one row
  BlockingCalls& history_calls;     ///< for lists
  BlockingCalls& summary_calls;     ///< for what is counted, which takes long: neither rows nor lists must wait for it
  BlockingCalls& export_calls;      ///< likewise
  BlockingCalls& change_calls;      ///< what administrators ask for: readers must not keep it waiting
  BlockingCalls& batch_calls;
};

/// Takes the answer. Call it once, from any thread; it may be late: the client and even the server may be gone by then.
using Respond = std::move_only_function<void(Response)>;

/// Answers a request, at once or later. Runs on the server's thread and must not block. The services that its route needs
/// are there.
using Handler = void (*)(const Request& request, const HandlerContext& context, Respond respond);

/// What a route cannot do without. The database is all ports on it.
enum class Need : std::uint8_t { nothing, broker, database };

struct HttpRoute {
  std::string_view method;
  std::string_view path;     ///< `{…}` stands for one segment; a route has one at most
  std::optional<Role> role;  ///< that the client's key must have; none: no key is needed
  Need need = Need::nothing;
  Handler handler = nullptr;
  std::size_t max_body_bytes = 0;  ///< 0: takes no body
  bool takes_slashes = false;      ///< `{…}` stands for all that is there, not for one segment
  bool exports = false;            ///< answers with a mebibyte or more: there is room for only so many at a time
};

/// In the order in which they are tried. `openapi.json` describes each.
[[nodiscard]] std::span<const HttpRoute> routes();

struct RouteMatch {
  const HttpRoute* route;
  std::string_view segment;  ///< what stands for `{…}`; empty when the route has none
};

/// The route for a method and a path, or a refusal: 404, or 405 with `Allow`. GET routes also answer HEAD.
[[nodiscard]] std::variant<RouteMatch, Refusal> find_route(std::string_view method, std::string_view path);

/// Why a process with these services cannot serve the route. Nothing if it can.
[[nodiscard]] std::optional<Refusal> refuse_for_lack(const HttpRoute& route, const HttpServices& services);

}  // namespace notifier::http
