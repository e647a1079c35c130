#include "cli/dead_letter_tables.hpp"

#include "cli/relative_time.hpp"
#include "cli/table.hpp"

namespace notifier {
namespace {

constexpr std::size_t bar_width = 20;

Colour colour_of_state(std::string_view name) {
  if (name == to_string(DeadLetterState::dead)) return Colour::red;
  return name == to_string(DeadLetterState::replayed) ? Colour::green : Colour::grey;
}

}  // namespace

std::string dead_letter_table(const std::vector<DeadLetterSummary>& dead_letters, const Terminal& terminal) {
  if (dead_letters.empty()) return "no dead letter fits\n";
  std::vector<std::vector<std::string>> rows;
  rows.reserve(dead_letters.size());
  for (const DeadLetterSummary& dead : dead_letters) {
    rows.push_back({std::to_string(dead.id), std::string{to_string(dead.state)}, relative_time(dead.died_at, terminal.now),
                    std::to_string(dead.deaths), std::to_string(dead.attempt_count), dead.reason, dead.event_id,
                    dead.event_type, dead.error});
  }
  return table({{.heading = "ID", .excess = Excess::kept},
                {.heading = "STATE", .excess = Excess::kept, .rank = 2, .colour = colour_of_state},
                {.heading = "DIED", .excess = Excess::kept},
                {.heading = "DEATHS", .excess = Excess::kept, .rank = 4},
                {.heading = "ATTEMPTS", .excess = Excess::kept, .rank = 3},
                {.heading = "REASON", .least = 17},
                {.heading = "EVENT ID", .excess = Excess::cut_in_middle, .least = 17},
                {.heading = "EVENT TYPE", .least = 10, .rank = 1},
                {.heading = "ERROR", .excess = Excess::below}},
               rows, terminal);
}

std::string dead_letter_table(const std::vector<DeadLetterGroup>& groups, const Terminal& terminal) {
  if (groups.empty()) return "no dead letter fits\n";
  std::vector<std::vector<std::string>> rows;
  rows.reserve(groups.size());
  for (const DeadLetterGroup& group : groups) {
    rows.push_back({std::to_string(group.count), group.reason, relative_time(group.oldest, terminal.now),
                    relative_time(group.newest, terminal.now), group.error});
  }
  return table({{.heading = "COUNT", .excess = Excess::kept},
                {.heading = "REASON", .least = 17},
                {.heading = "OLDEST", .excess = Excess::kept},
                {.heading = "NEWEST", .excess = Excess::kept},
                {.heading = "ERROR", .excess = Excess::below}},
               rows, terminal);
}

std::string progress_text(const ReplayRecord& replay) {
  const std::uint64_t done = replay.total - replay.pending;
  const std::size_t filled = replay.total == 0 ? bar_width : done * bar_width / replay.total;
  std::string text = "replay " + std::to_string(replay.id) + " [" + std::string(filled, '#');
  text.append(bar_width - filled, ' ').append("] ").append(std::to_string(replay.replayed)).append(" of ");
  text.append(std::to_string(replay.total)).append(" replayed");
  if (replay.skipped > 0) text.append(", ").append(std::to_string(replay.skipped)).append(" skipped");
  if (replay.cancelled > 0) text.append(", ").append(std::to_string(replay.cancelled)).append(" cancelled");
  text.append("; ").append(std::to_string(replay.sent)).append(" sent, ");
  text.append(std::to_string(replay.dead_again)).append(" dead again");
  if (replay.under_way > 0) text.append(", still under way: ").append(std::to_string(replay.under_way));
  return text;
}

}  // namespace notifier
