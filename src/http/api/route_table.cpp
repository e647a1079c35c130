#include "http/api/route_table.hpp"

#include <array>

#include "domain/event_batch.hpp"
#include "domain/event_schema.hpp"
#include "http/api/handlers.hpp"

namespace notifier::http {
namespace {

// The first one that fits the path is taken: `summary` is no event id, unless it is written as `%73ummary`.
constexpr std::array all_routes{
    HttpRoute{"POST", "/events/ingest", Role::ingest, Need::broker, ingest_event, max_event_bytes},
    HttpRoute{"POST", "/events/ingest/batch", Role::ingest, Need::broker, ingest_batch, max_batch_bytes},
    HttpRoute{"GET", "/notifications", Role::read, Need::database, list_notifications},
    HttpRoute{"GET", "/notifications/summary", Role::read, Need::database, count_notifications},
    // An id of a further route has a slash, and proxies decode `%2F` before they pass a request on.
    HttpRoute{.method = "GET",
              .path = "/notifications/{eventId}",
              .role = Role::read,
              .need = Need::database,
              .handler = show_notification,
              .takes_slashes = true},
    HttpRoute{"GET", "/dead-letters", Role::read, Need::database, list_dead_letters},
    HttpRoute{"GET", "/dead-letters/summary", Role::read, Need::database, group_dead_letters},
    HttpRoute{.method = "GET",
              .path = "/dead-letters/export",
              .role = Role::read,
              .need = Need::database,
              .handler = export_dead_letters,
              .exports = true},
    HttpRoute{"POST", "/dead-letters/replay", Role::admin, Need::database, replay_dead_letters, max_event_bytes},
    HttpRoute{"POST", "/dead-letters/discard", Role::admin, Need::database, discard_dead_letters, max_event_bytes},
    HttpRoute{.method = "POST",
              .path = "/dead-letters/{id}/replay",
              .role = Role::admin,
              .need = Need::database,
              .handler = replay_dead_letter,
              .takes_slashes = true},
    HttpRoute{.method = "POST",
              .path = "/dead-letters/{id}/edit",
              .role = Role::admin,
              .need = Need::database,
              .handler = edit_dead_letter,
              .max_body_bytes = max_event_bytes,
              .takes_slashes = true},
    HttpRoute{.method = "POST",
              .path = "/dead-letters/{id}/discard",
              .role = Role::admin,
              .need = Need::database,
              .handler = discard_dead_letter,
              .max_body_bytes = max_event_bytes,
              .takes_slashes = true},
    HttpRoute{.method = "GET",
              .path = "/dead-letters/{id}",
              .role = Role::read,
              .need = Need::database,
              .handler = show_dead_letter,
              .takes_slashes = true},
    HttpRoute{"GET", "/replays/{id}", Role::read, Need::database, show_replay},
    HttpRoute{"GET", "/replays/{id}/items", Role::read, Need::database, list_replay_items},
    HttpRoute{"POST", "/replays/{id}/cancel", Role::admin, Need::database, cancel_replay},
    HttpRoute{"GET", "/health", std::nullopt, Need::nothing, show_health},
    HttpRoute{"GET", "/health/ready", std::nullopt, Need::nothing, show_readiness},
    HttpRoute{"GET", "/openapi.json", std::nullopt, Need::nothing, show_openapi},
};

bool matches(const HttpRoute& route, std::string_view path, std::string_view& segment) {
  const std::size_t begin = route.path.find('{');
  if (begin == std::string_view::npos) return path == route.path;
  const std::string_view before = route.path.substr(0, begin);
  const std::string_view after = route.path.substr(route.path.find('}') + 1);
  if (!path.starts_with(before) || !path.ends_with(after) || path.size() <= before.size() + after.size()) return false;
  segment = path.substr(before.size(), path.size() - before.size() - after.size());
  return route.takes_slashes || !segment.contains('/');
}

bool answers(const HttpRoute& route, std::string_view method) {
  return method == route.method || (method == "HEAD" && route.method == "GET");
}

}  // namespace

std::span<const HttpRoute> routes() { return all_routes; }

std::variant<RouteMatch, Refusal> find_route(std::string_view method, std::string_view path) {
  for (const HttpRoute& route : all_routes) {
    std::string_view segment;
    if (!matches(route, path, segment)) continue;
    if (answers(route, method)) return RouteMatch{.route = &route, .segment = segment};
    return Refusal{.status = 405,
                   .detail = "this path answers " + std::string{route.method} + " only",
                   .allow = route.method == "GET" ? "GET, HEAD" : route.method};
  }
  return Refusal{.status = 404, .detail = "there is no such path"};
}

std::optional<Refusal> refuse_for_lack(const HttpRoute& route, const HttpServices& services) {
  switch (route.need) {
    case Need::nothing:
      return std::nullopt;
    case Need::broker:
      if (services.broker != nullptr) return std::nullopt;
      return Refusal{.status = 404, .detail = "events are not taken here"};
    case Need::database:
      if (services.repository != nullptr && services.history != nullptr && services.dead_letters != nullptr) {
        return std::nullopt;
      }
      return Refusal{
          .status = 503, .detail = "no database is configured here: set MYSQL_HOST", .code = "database_unavailable"};
  }
  return std::nullopt;
}

}  // namespace notifier::http
