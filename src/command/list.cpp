#include "command/adapters.hpp"
#include "command/commands.hpp"
#include "command/notification_tables.hpp"
#include "command/print_list.hpp"
#include "notifier/notification_json.hpp"

namespace notifier {

CommandResult run_list(const Settings& settings, const ListOptions& options) {
  const auto history = open_storage(settings)->history();
  const auto read_page = [&](const auto& after, std::size_t limit) { return history->list(options.filter, after, limit); };
  const auto to_table = [](const auto& all, std::size_t width) { return notification_table(all, width); };
  return print_list(&NotificationPage::notifications, options, read_page, to_table);
}

}  // namespace notifier
