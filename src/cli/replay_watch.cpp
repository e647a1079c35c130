#include "cli/replay_watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <iostream>
#include <optional>
#include <utility>

#include "cli/dead_letter_tables.hpp"
#include "domain/dead_letter_json.hpp"
#include "http/client/progress_line.hpp"
#include "operations/dead_letter_operations.hpp"

namespace notifier {
namespace {

constexpr std::size_t items_at_once = 1000;
constexpr std::chrono::milliseconds look_interval{500};

/// A consuming process begins with a replay within a second or so.
constexpr std::chrono::seconds longest_wait_for_begin{5};

/// Of a large replay each look takes the database some time.
constexpr int rest_per_look = 10;

bool is_good(const ReplayItem& item) { return item.outcome == ReplayOutcome::sent; }

/// Of the same kind: those that are not sent, or those that are.
void keep_some(std::vector<ReplayItem>& kept, ReplayItem item) {
  if (kept.size() < most_items_listed) kept.push_back(std::move(item));
}

CommandFailure interrupted(std::uint64_t id, int signal) {
  constexpr int ended_by = 128;
  const std::string number = std::to_string(id);
  return {"interrupted. Replay " + number + " goes on without this command: 'notifier dead-letters follow " + number +
              "' shows it, 'notifier dead-letters cancel " + number + "' ends it.",
          ended_by + signal};
}

}  // namespace

std::expected<ReplayReport, RepositoryError> report_on(DeadLetterRepository& repository, ReplayRecord replay) {
  std::vector<ReplayItem> bad;
  std::vector<ReplayItem> good;
  std::uint64_t after = 0;
  bool may_be_more = true;
  while (may_be_more) {
    auto items = repository.replay_items(replay.id, after, items_at_once);
    if (!items) return std::unexpected{std::move(items.error())};
    may_be_more = items->size() == items_at_once;
    if (may_be_more) after = items->back().dead_letter_id;
    for (ReplayItem& item : *items) keep_some(is_good(item) ? good : bad, std::move(item));
  }
  for (ReplayItem& item : good) keep_some(bad, std::move(item));
  return ReplayReport{.replay = std::move(replay), .items = std::move(bad)};
}

std::string to_json(const ReplayReport& report) {
  std::string json = to_json(report.replay);
  json.pop_back();
  json += R"(,"items":[)";
  for (const ReplayItem& item : report.items) json.append(&item == &report.items.front() ? "" : ",").append(to_json(item));
  return json + "]}";
}

std::expected<ReplayRecord, CommandFailure> watch_replay(DeadLetterRepository& repository, std::uint64_t id) {
  boost::asio::io_context context{1};
  boost::asio::signal_set signals{context, SIGINT, SIGTERM};
  std::optional<int> signal;
  signals.async_wait([&signal](boost::system::error_code error, int number) {
    if (!error) signal = number;
  });
  std::optional<client::ProgressLine> line;
  if (::isatty(STDERR_FILENO) == 1) line.emplace(std::cerr);
  bool is_told = false;
  for (const auto begun_at = std::chrono::steady_clock::now();;) {
    const auto asked_at = std::chrono::steady_clock::now();
    auto replay = repository.find_replay(id);
    if (!replay) return std::unexpected{replay.error().detail + "."};
    if (!*replay) return std::unexpected{"there is no replay " + std::to_string(id) + "."};
    if ((*replay)->is_over()) return std::move(**replay);
    if (!is_told && (*replay)->pending == (*replay)->total && asked_at - begun_at >= longest_wait_for_begin) {
      is_told = true;
      if (line) line->clear();
      std::cerr
          << "notifier: nobody has begun with it: is a consuming process running, 'notifier consume' or 'notifier all'?\n";
    }
    if (line) line->show(progress_text(**replay));
    const auto took = std::chrono::steady_clock::now() - asked_at;
    context.run_for(std::max<std::chrono::steady_clock::duration>(look_interval, rest_per_look * took));
    if (signal) return std::unexpected{interrupted(id, *signal)};
  }
}

int exit_status_of(const ReplayRecord& replay) { return replay.dead_again + replay.cancelled > 0 ? 1 : 0; }

}  // namespace notifier
