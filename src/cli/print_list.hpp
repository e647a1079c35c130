#pragma once

#include <algorithm>
#include <cstddef>
#include <expected>
#include <iostream>
#include <iterator>
#include <utility>
#include <vector>

#include "cli/subcommand.hpp"
#include "cli/table.hpp"
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

/// Prints the entries of all pages: JSON, a line each, or on a terminal, unless JSON is asked for there too, what
/// `to_table(entries, width)` makes of them.
template <typename Page, typename Entry, typename Options, typename ReadPage, typename ToTable>
CommandResult print_list(std::vector<Entry> Page::* entries, const Options& options, ReadPage read_page, ToTable to_table) {
  const auto width = terminal_width();
  const bool as_table = width && !options.json;
  std::vector<Entry> all;
  const auto read = read_pages(entries, options.limit, std::move(read_page), [&](std::vector<Entry> some) {
    if (!as_table) return print_as_json(some);
    std::ranges::move(some, std::back_inserter(all));
    return true;
  });
  if (!read) return std::unexpected{read.error().detail + "."};
  if (as_table) std::cout << to_table(all, *width) << std::flush;
  return 0;
}

}  // namespace notifier
