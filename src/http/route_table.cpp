#include "http/route_table.hpp"

#include <array>

#include "http/handlers.hpp"

namespace notifier::http {
namespace {

constexpr std::array routes{
    Route{"POST", "/events/ingest", KeyNeeded::yes, ingest_event},
    Route{"GET", "/notifications/{eventId}", KeyNeeded::yes, show_notification},
    Route{"GET", "/health", KeyNeeded::no, show_health},
    Route{"GET", "/health/ready", KeyNeeded::no, show_readiness},
};

bool matches(const Route& route, std::string_view path, std::string_view& event_segment) {
  const std::string_view fixed = route.path.substr(0, route.path.find('{'));
  if (fixed.size() == route.path.size()) return path == fixed;
  if (!path.starts_with(fixed)) return false;
  event_segment = path.substr(fixed.size());
  return !event_segment.empty() && !event_segment.contains('/');
}

bool answers(const Route& route, std::string_view method) {
  return method == route.method || (method == "HEAD" && route.method == "GET");
}

}  // namespace

std::variant<RouteMatch, Refusal> find_route(std::string_view method, std::string_view path) {
  for (const Route& route : routes) {
    std::string_view event_segment;
    if (!matches(route, path, event_segment)) continue;
    if (answers(route, method)) return RouteMatch{.route = &route, .event_segment = event_segment};
    return Refusal{.status = 405,
                   .detail = "this path answers " + std::string{route.method} + " only",
                   .allow = route.method == "GET" ? "GET, HEAD" : route.method};
  }
  return Refusal{.status = 404, .detail = "there is no such path"};
}

}  // namespace notifier::http
