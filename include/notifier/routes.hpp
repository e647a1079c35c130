#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace notifier {

/// A way on which events of some types reach somebody. Of each event there is one notification for each route that takes its
/// type, with a row, a state and retries of its own.
struct Route {
  std::string name;                       ///< 1 to 32 of `a-z`, `0-9`, `-`, `_`
  std::vector<std::string> event_types;   ///< patterns, in which `*` stands for any characters
  std::vector<std::string> senders;       ///< names; the next one is tried when those before it fail for now
  std::string template_name;              ///< empty: the words that come from the event alone
  std::vector<std::string> payload_keys;  ///< what the payload of these events has beside `userId`, `email` and `username`
};

/// All routes, in the order of the configuration.
class Routes {
 public:
  explicit Routes(std::vector<Route> routes);

  /// Without routes everything goes to the one sender that the settings name.
  [[nodiscard]] bool empty() const { return routes_.empty(); }

  [[nodiscard]] const std::vector<Route>& all() const { return routes_; }

  /// The event ids of the notifications that an event leads to beside its own, for the second and each further route that
  /// takes its type: `<event id>/<route>`, always the same, so that a repetition is absorbed by the claim. Where that would
  /// be longer than an event id may be, a UUIDv5 of the event id stands for it. None for an id that is such a one itself.
  [[nodiscard]] std::vector<std::string> further_event_ids(std::string_view event_id, std::string_view event_type) const;

  /// The route of the notification of that event id: the one that its end names, otherwise the first that takes the type.
  /// Null when there is none, also when `<UUID>/<route>` names one that is gone: the first one has had that event. Lives as
  /// long as this object.
  [[nodiscard]] const Route* route_of(std::string_view event_id, std::string_view event_type) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace notifier
