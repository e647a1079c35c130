#pragma once

#include <algorithm>
#include <cstddef>
#include <expected>
#include <iostream>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

#include "cli/subcommand.hpp"
#include "cli/terminal.hpp"
#include "cli/terminal_output.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier {

inline constexpr std::size_t entries_in_a_page = 1000;

/// Hands page after page to `take(entries)`, which says whether it wants more, until there are `limit` of them.
/// `read_page(after, limit)` reads one, which has its `entries` and where the `next` begins.
template <typename Page, typename Entry, typename ReadPage, typename Take>
std::expected<void, RepositoryError> read_pages(std::vector<Entry> Page::* entries, std::size_t limit, ReadPage read_page,
                                                Take take) {
  decltype(Page::next) after;
  do {
    std::expected<Page, RepositoryError> page = read_page(after, std::min(limit, entries_in_a_page));
    if (!page) return std::unexpected{std::move(page.error())};
    limit -= (*page.*entries).size();
    if (!take(std::move(*page.*entries))) return {};
    after = std::move(page->next);
  } while (after && limit > 0);
  return {};
}

template <typename Entry>
bool print_as_json(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) std::cout << to_json(entry) << '\n';
  std::cout << std::flush;
  return std::cout.good();
}

/// Of a list on a terminal that is not told how much to show.
inline constexpr std::size_t most_on_terminal = 100;

inline constexpr const char* more_than_shown = "There are more: --limit N shows N; a pipe or a file gets all of them.\n";

/// Prints the entries of all pages, up to `options.limit`. A terminal shows what `to_table(entries, terminal)` makes of
/// them, without a limit of the first ones, and is told when there are more. All else gets JSON, a line each, as the pages
/// come; so does a terminal for `options.json`.
template <typename Page, typename Entry, typename Options, typename ReadPage, typename ToTable>
CommandResult print_list(std::vector<Entry> Page::* entries, const Options& options, ReadPage read_page, ToTable to_table) {
  const auto screen = terminal();
  const std::size_t limit = options.limit.value_or(screen ? most_on_terminal : std::numeric_limits<std::size_t>::max() - 1);
  std::vector<Entry> all;
  const auto read = read_pages(entries, screen ? limit + 1 : limit, std::move(read_page), [&](std::vector<Entry> some) {
    if (!screen) return print_as_json(some);
    std::ranges::move(some, std::back_inserter(all));
    return true;
  });
  if (!read) return std::unexpected{read.error().detail + "."};
  if (!screen) return 0;
  const bool are_more = all.size() > limit;
  if (are_more) all.pop_back();
  if (options.json) {
    print_as_json(all);
  } else {
    write_as_is(std::cout, to_table(all, *screen));
  }
  if (are_more) (options.json ? std::cerr : std::cout) << more_than_shown;
  return 0;
}

}  // namespace notifier
