#pragma once

#include <cstddef>
#include <string>

#include "notifier/notification_history.hpp"

namespace CLI {
class App;
}

namespace notifier {

struct Invocation;

/// What `notifier status` shows.
struct StatusOptions {
  std::string event_id;
  bool json = false;  ///< also on a terminal
};

/// What `notifier list` lists.
struct ListOptions {
  NotificationFilter filter;
  std::size_t limit = 100;
  bool json = false;  ///< also on a terminal
};

void add_status_options(CLI::App& subcommand, Invocation& invocation);
void add_list_options(CLI::App& subcommand, Invocation& invocation);

}  // namespace notifier
