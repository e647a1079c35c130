#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace notifier {

/// A way for events of some types to reach somebody. Each event becomes one notification for each route that takes its type,
/// with a row, a state and retries of its own.
struct Route {
  std::string name;                       ///< 1 to 32 of `a-z`, `0-9`, `-`, `_`
  std::vector<std::string> event_types;   ///< patterns, in which `*` stands for any characters
  std::vector<std::string> senders;       ///< names; the next one is tried when those before it fail transiently
  std::string template_name;              ///< empty: the words that come from the event alone
  std::vector<std::string> payload_keys;  ///< what the payload of these events has besides `userId`, `email` and `username`
};

struct RouteChoice {
  std::string name;         ///< empty: no route takes the type. It may name one that is gone.
  bool is_further = false;  ///< the notification is a further one of its event, and leads to no others
};

struct FurtherNotification {
  std::string event_id;
  std::string route;
};

/// Whether notifier has made this event id for a further notification on the route.
[[nodiscard]] bool is_further_on(std::string_view route, std::string_view event_id);

/// The id of the event itself, of which a notification with this event id and route was made; what stands in for it where it
/// is too long (see `Routes::further_notifications`).
[[nodiscard]] std::string_view event_of_siblings(std::string_view event_id, std::string_view route);

/// All routes, in the order of the configuration.
class Routes {
 public:
  explicit Routes(std::vector<Route> routes);

  /// Without routes everything goes to the one sender that the settings name.
  [[nodiscard]] bool empty() const { return routes_.empty(); }

  [[nodiscard]] const std::vector<Route>& all() const { return routes_; }

  /// The route of that name; null when there is none. Lives as long as this object.
  [[nodiscard]] const Route* find(std::string_view name) const;

  /// Which route a notification without a row takes. `named` is the one its message names; if empty, the end of its event id
  /// decides, or else it is the first route that takes the type.
  [[nodiscard]] RouteChoice choose(std::string_view named, std::string_view event_id, std::string_view event_type) const;

  /// The notifications that an event leads to besides the one on the route `own`: one for each other route that takes its
  /// type. Their event ids are `<event id>/<route>`, always the same, so that the claim absorbs a repetition. Where that
  /// would be longer than an event id may be, a UUIDv5 of the event id stands in for it.
  [[nodiscard]] std::vector<FurtherNotification> further_notifications(std::string_view event_id,
                                                                       std::string_view event_type,
                                                                       std::string_view own) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace notifier
