#include "cli/dead_letter_tables.hpp"

#include "cli/table.hpp"

namespace notifier {
namespace {

constexpr std::size_t bar_width = 20;

}  // namespace

std::string dead_letter_table(const std::vector<DeadLetterSummary>& dead_letters, std::size_t width) {
  if (dead_letters.empty()) return "no dead letter fits\n";
  std::vector<std::vector<std::string>> rows;
  rows.reserve(dead_letters.size());
  for (const DeadLetterSummary& dead : dead_letters) {
    rows.push_back({std::to_string(dead.id), dead.died_at, std::to_string(dead.deaths), std::to_string(dead.attempt_count),
                    dead.reason, dead.event_id, dead.event_type, dead.error});
  }
  return table({{"ID", false},
                {"DIED", false},
                {"DEATHS", false},
                {"ATTEMPTS", false},
                {"REASON"},
                {"EVENT ID"},
                {"EVENT TYPE"},
                {"ERROR"}},
               rows, width);
}

std::string dead_letter_table(const std::vector<DeadLetterGroup>& groups, std::size_t width) {
  if (groups.empty()) return "no dead letter fits\n";
  std::vector<std::vector<std::string>> rows;
  rows.reserve(groups.size());
  for (const DeadLetterGroup& group : groups) {
    rows.push_back({std::to_string(group.count), group.reason, group.oldest, group.newest, group.error});
  }
  return table({{"COUNT", false}, {"REASON", false}, {"OLDEST", false}, {"NEWEST", false}, {"ERROR"}}, rows, width);
}

std::string progress_text(const ReplayRecord& replay) {
  const std::uint64_t done = replay.total - replay.pending;
  const std::size_t filled = replay.total == 0 ? bar_width : done * bar_width / replay.total;
  std::string text = "replay " + std::to_string(replay.id) + " [" + std::string(filled, '#');
  text.append(bar_width - filled, ' ').append("] ").append(std::to_string(replay.replayed)).append(" of ");
  text.append(std::to_string(replay.total)).append(" replayed");
  if (replay.skipped > 0) text.append(", ").append(std::to_string(replay.skipped)).append(" skipped");
  if (replay.cancelled > 0) text.append(", ").append(std::to_string(replay.cancelled)).append(" cancelled");
  text.append("; now ").append(std::to_string(replay.sent)).append(" sent, ");
  return text.append(std::to_string(replay.dead_again)).append(" dead again");
}

}  // namespace notifier
