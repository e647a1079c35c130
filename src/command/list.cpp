#include <algorithm>
#include <iostream>
#include <iterator>
#include <utility>
#include <vector>

#include "command/adapters.hpp"
#include "command/commands.hpp"
#include "command/notification_tables.hpp"
#include "command/table.hpp"
#include "notifier/notification_json.hpp"

namespace notifier {
namespace {

constexpr std::size_t notifications_in_a_page = 1000;

/// Hands page after page to `take(notifications)`, which says whether it wants more, until there are `limit`.
template <typename Take>
std::expected<void, RepositoryError> read_pages(NotificationHistory& history, const ListOptions& options, Take take) {
  std::optional<NotificationCursor> after;
  std::size_t left = options.limit;
  do {
    auto page = history.list(options.filter, after, std::min(left, notifications_in_a_page));
    if (!page) return std::unexpected{std::move(page.error())};
    left -= page->notifications.size();
    if (!take(std::move(page->notifications))) return {};
    after = std::move(page->next);
  } while (after && left > 0);
  return {};
}

bool print_as_json(const std::vector<ListedNotification>& notifications) {
  for (const ListedNotification& notification : notifications) std::cout << to_json(notification) << '\n';
  std::cout << std::flush;
  return std::cout.good();
}

}  // namespace

CommandResult run_list(const Settings& settings, const ListOptions& options) {
  const auto history = open_storage(settings)->history();
  const auto width = terminal_width();
  const bool as_table = width && !options.json;
  std::vector<ListedNotification> all;
  const auto read = read_pages(*history, options, [&](std::vector<ListedNotification> notifications) {
    if (!as_table) return print_as_json(notifications);
    std::ranges::move(notifications, std::back_inserter(all));
    return true;
  });
  if (!read) return std::unexpected{read.error().detail + "."};
  if (as_table) std::cout << notification_table(all, *width) << std::flush;
  return 0;
}

}  // namespace notifier
