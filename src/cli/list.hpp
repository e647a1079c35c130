#pragma once

#include <cstddef>
#include <optional>

#include "notifier/notification_history.hpp"

namespace CLI {
class App;
}

namespace notifier {

/// What `notifier list` lists.
struct ListOptions {
  NotificationFilter filter;
  std::optional<std::size_t> limit;  ///< none: as `print_list` has it
  bool json = false;                 ///< also on a terminal
};

/// The options outlive the parser.
void add_list_options(CLI::App& parser, ListOptions& options);

}  // namespace notifier
