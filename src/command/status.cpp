#include <iostream>

#include "command/adapters.hpp"
#include "command/commands.hpp"
#include "command/notification_tables.hpp"
#include "command/table.hpp"
#include "notifier/json_line.hpp"
#include "notifier/notification_json.hpp"

namespace notifier {

CommandResult run_status(const Settings& settings, const StatusOptions& options) {
  const auto found = open_storage(settings)->repository_to_read()->find(options.event_id);
  if (!found) return std::unexpected{found.error().detail + "."};
  if (!*found) {
    return std::unexpected{"no notification of the event '" + options.event_id +
                           "' is known: either the id is wrong, or no consumer has seen the event yet."};
  }
  const auto width = terminal_width();
  if (width && !options.json) {
    std::cout << notification_table(**found, *width) << std::flush;
  } else {
    std::cout << in_one_line(to_json(**found)) << '\n' << std::flush;
  }
  return 0;
}

}  // namespace notifier
