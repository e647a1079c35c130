#include "notifier/routes.hpp"

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <cstddef>
#include <utility>

#include "domain/event_id.hpp"

namespace notifier {
namespace {

/// The name space of what stands for event ids that are too long. Changing it would send the events of repeated messages
/// again on their further routes.
constexpr boost::uuids::uuid long_event_id_namespace{
    {0x1f, 0xb0, 0xd3, 0x5a, 0x7c, 0x42, 0x4e, 0x19, 0x9d, 0x0b, 0x53, 0xe8, 0x66, 0x2a, 0xc4, 0x81}};

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t in_pattern = 0;
  std::size_t in_text = 0;
  std::size_t behind_star = std::string_view::npos;
  std::size_t retried_from = 0;
  while (in_text < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      behind_star = ++in_pattern;
      retried_from = in_text;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == text[in_text]) {
      ++in_pattern;
      ++in_text;
    } else if (behind_star != std::string_view::npos) {
      in_pattern = behind_star;
      in_text = ++retried_from;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

bool takes(const Route& route, std::string_view event_type) {
  return std::ranges::any_of(route.event_types, [&](std::string_view pattern) { return matches(pattern, event_type); });
}

/// A notification's event id taken apart. Only of ids that notifier made, which are UUIDs, is it known that a route follows.
struct EventIdParts {
  std::string_view route;
  bool is_certain = false;
};

bool is_uuid(std::string_view text) {
  return text.size() == 36 && text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

EventIdParts parts_of(std::string_view event_id) {
  const std::size_t slash = event_id.rfind('/');
  if (slash == std::string_view::npos) return {};
  return {.route = event_id.substr(slash + 1), .is_certain = is_uuid(event_id.substr(0, slash))};
}

std::string further_event_id(std::string_view event_id, const std::string& route) {
  std::string id = std::string{event_id} + "/" + route;
  if (is_valid_event_id(id)) return id;
  boost::uuids::name_generator_sha1 generate{long_event_id_namespace};
  return to_string(generate(event_id.data(), event_id.size())) + "/" + route;
}

}  // namespace

Routes::Routes(std::vector<Route> routes) : routes_{std::move(routes)} {}

const Route* Routes::find(std::string_view name) const {
  const auto found = std::ranges::find(routes_, name, &Route::name);
  return found == routes_.end() ? nullptr : &*found;
}

RouteChoice Routes::choose(std::string_view named, std::string_view event_id, std::string_view event_type) const {
  if (!named.empty()) return {.name = std::string{named}, .is_further = true};
  const auto [name, is_certain] = parts_of(event_id);
  if (is_certain && !empty()) return {.name = std::string{name}, .is_further = true};
  const Route* first = nullptr;
  for (const Route& route : routes_) {
    if (!takes(route, event_type)) continue;
    if (first != nullptr && route.name == name) return {.name = route.name, .is_further = true};
    if (first == nullptr) first = &route;
  }
  return {.name = first == nullptr ? "" : first->name};
}

std::vector<FurtherNotification> Routes::further_notifications(std::string_view event_id, std::string_view event_type,
                                                               std::string_view own) const {
  std::vector<FurtherNotification> further;
  for (const Route& route : routes_) {
    if (route.name == own || !takes(route, event_type)) continue;
    further.push_back({.event_id = further_event_id(event_id, route.name), .route = route.name});
  }
  return further;
}

bool is_further_on(std::string_view route, std::string_view event_id) {
  return !route.empty() && parts_of(event_id).route == route;
}

std::string_view event_of_siblings(std::string_view event_id, std::string_view route) {
  return is_further_on(route, event_id) ? event_id.substr(0, event_id.size() - route.size() - 1) : event_id;
}

}  // namespace notifier
