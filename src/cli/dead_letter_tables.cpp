#include "cli/dead_letter_tables.hpp"

#include <algorithm>

#include "base/json_line.hpp"
#include "base/terminal_text.hpp"
#include "cli/cells.hpp"
#include "cli/notification_tables.hpp"
#include "cli/relative_time.hpp"
#include "cli/table.hpp"

namespace notifier {
namespace {

constexpr std::size_t bar_width = 10;
constexpr std::size_t widest_progress = 79;

Colour colour_of_state(std::string_view name) {
  if (name == to_string(DeadLetterState::dead)) return Colour::red;
  return name == to_string(DeadLetterState::replayed) ? Colour::green : Colour::grey;
}

constexpr std::size_t lines_of_body = 10;

std::string time_of(const std::string& at, const Terminal& terminal) { return time_and_distance(at, terminal.now); }

/// Of a payload or body, as much as a screen has room for.
std::string beginning_of(const std::string& body, const Terminal& terminal) {
  return cut_at_end(terminal_text(body), lines_of_body * terminal.width);
}

void add_end(std::vector<Fact>& facts, const DeadLetterRecord& dead, const Terminal& terminal) {
  if (dead.closed_at.empty()) return;
  const bool is_discarded = dead.summary.state == DeadLetterState::discarded;
  const std::string what = is_discarded ? "discarded" : "last replay";
  facts.push_back({what, time_of(dead.closed_at, terminal)});
  facts.push_back({what + " by", dead.closed_by});
  if (is_discarded) facts.push_back({"discarded for", dead.discard_reason});
}

void add_body(std::vector<Fact>& facts, const DeadLetterRecord& dead, const Terminal& terminal) {
  const std::string name = dead.of_notification ? "payload" : "body";
  if (!dead.of_notification) facts.push_back({"body bytes", std::to_string(dead.body_bytes)});
  const auto shown = [&](const std::string& body) {
    return beginning_of(dead.of_notification ? spaced_json(body) : in_one_line(body), terminal);
  };
  facts.push_back({name, shown(dead.body)});
  if (!dead.original.empty()) facts.push_back({"original " + name, shown(dead.original)});
}

std::string outcome_name(ReplayOutcome outcome) {
  switch (outcome) {
    case ReplayOutcome::pending:
      return "waits";
    case ReplayOutcome::under_way:
      return "under way";
    case ReplayOutcome::sent:
      return "sent";
    case ReplayOutcome::dead_again:
      return "dead again";
    case ReplayOutcome::skipped:
      return "skipped";
    case ReplayOutcome::cancelled:
      return "cancelled";
    case ReplayOutcome::unknown:
      return "unknown";
  }
  return "unknown";
}

Colour colour_of_replay_outcome(std::string_view name) {
  if (name == outcome_name(ReplayOutcome::sent)) return Colour::green;
  return name == outcome_name(ReplayOutcome::dead_again) ? Colour::red : Colour::yellow;
}

/// In place of an error, for an outcome that has none.
std::string remark_on(const ReplayItem& item) {
  if (!item.error.empty()) return item.error;
  if (item.outcome == ReplayOutcome::skipped) return "it was not dead any more, or its body is not kept whole";
  if (item.outcome == ReplayOutcome::cancelled) return "it stays dead";
  return item.outcome == ReplayOutcome::unknown ? "retention has removed what became of it" : "";
}

void append_if_any(std::string& text, std::uint64_t count, std::string_view words) {
  if (count > 0) text.append(", ").append(std::to_string(count)).append(" ").append(words);
}

std::string bar(const ReplayRecord& replay) {
  const std::uint64_t done = replay.total - replay.pending;
  const std::size_t filled = replay.total == 0 ? bar_width : done * bar_width / replay.total;
  return "[" + std::string(filled, '#') + std::string(bar_width - filled, ' ') + "] ";
}

}  // namespace

std::string dead_letter_table(const std::vector<DeadLetterSummary>& dead_letters, const Terminal& terminal) {
  if (dead_letters.empty()) return "no dead letter matches\n";
  std::vector<std::vector<std::string>> rows;
  rows.reserve(dead_letters.size());
  for (const DeadLetterSummary& dead : dead_letters) {
    rows.push_back({std::to_string(dead.id), std::string{to_string(dead.state)}, relative_time(dead.died_at, terminal.now),
                    dead.reason, dead.recipient, dead.event_type, dead.route, dead.event_id, std::to_string(dead.deaths),
                    std::to_string(dead.attempt_count), dead.error});
  }
  return table({{.heading = "ID", .excess = Excess::kept},
                {.heading = "STATE", .excess = Excess::kept, .rank = 4, .colour = colour_of_state},
                {.heading = "DIED", .excess = Excess::kept},
                {.heading = "REASON", .least = 17},
                {.heading = "RECIPIENT", .excess = Excess::cut_in_middle, .least = 16, .rank = 1},
                {.heading = "EVENT TYPE", .least = 10, .rank = 2},
                {.heading = "ROUTE", .rank = 3},
                {.heading = "EVENT ID", .excess = Excess::kept, .rank = 5},
                {.heading = "DEATHS", .excess = Excess::kept, .rank = 6},
                {.heading = "ATTEMPTS", .excess = Excess::kept, .rank = 7},
                {.heading = "ERROR", .excess = Excess::below}},
               rows, terminal);
}

std::string dead_letter_table(const std::vector<DeadLetterGroup>& groups, const Terminal& terminal) {
  if (groups.empty()) return "no dead letter matches\n";
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

std::string dead_letter_table(const DeadLetterRecord& dead, const Terminal& terminal) {
  const DeadLetterSummary& summary = dead.summary;
  const std::string state{to_string(summary.state)};
  std::vector<Fact> facts{{"dead letter", std::to_string(summary.id)},
                          {"state", state, colour_of_state(state)},
                          {"reason", summary.reason},
                          {"error", summary.error},
                          {"event id", summary.event_id},
                          {"event type", summary.event_type}};
  if (!summary.recipient.empty()) facts.push_back({"recipient", summary.recipient});
  if (!summary.route.empty()) facts.push_back({"route", summary.route});
  facts.push_back({"attempts", attempts_text(summary.attempt_count, dead.attempts_before_replay)});
  facts.push_back({"deaths", std::to_string(summary.deaths)});
  if (!dead.first_failed_at.empty()) facts.push_back({"first failed", time_of(dead.first_failed_at, terminal)});
  facts.push_back({"died", time_of(summary.died_at, terminal)});
  add_end(facts, dead, terminal);
  add_body(facts, dead, terminal);
  std::string text = fact_list(facts, terminal);
  if (!dead.attempts.empty()) text += '\n' + attempt_table(dead.attempts, dead.attempts_before_replay, terminal);
  return text;
}

std::string replay_table(const ReplayPreview& preview, const Terminal& terminal) {
  std::string text = dead_letters_text(preview.count) + " would be replayed";
  if (preview.count == 0) return text + '\n';
  text += preview.count > preview.sample.size() ? ", for example:\n\n" : ":\n\n";
  return text + dead_letter_table(preview.sample, terminal);
}

std::string replay_table(const ReplayReport& report, const Terminal& terminal) {
  std::string text = outcome_text(report.replay) + '\n';
  if (report.items.empty()) return text;
  std::vector<std::vector<std::string>> rows;
  rows.reserve(report.items.size());
  for (const ReplayItem& item : report.items) {
    rows.push_back({std::to_string(item.dead_letter_id), outcome_name(item.outcome), item.event_id, remark_on(item)});
  }
  text += '\n' + table({{.heading = "ID", .excess = Excess::kept},
                        {.heading = "OUTCOME", .excess = Excess::kept, .colour = colour_of_replay_outcome},
                        {.heading = "EVENT ID", .excess = Excess::kept},
                        {.heading = "ERROR", .excess = Excess::below}},
                       rows, terminal);
  const std::uint64_t more = report.replay.total - std::min<std::uint64_t>(report.replay.total, report.items.size());
  if (more > 0) text.append("and ").append(std::to_string(more)).append(" more\n");
  return text;
}

std::string dead_letters_text(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " dead letter" : " dead letters");
}

std::string outcome_text(const ReplayRecord& replay) {
  if (replay.total == 0) return "replay " + std::to_string(replay.id) + ": no dead letter matches";
  std::string text = "replay " + std::to_string(replay.id) + ", " + dead_letters_text(replay.total) + ": ";
  text.append(std::to_string(replay.sent)).append(" sent, ");
  text.append(std::to_string(replay.dead_again)).append(" dead again");
  append_if_any(text, replay.skipped, "skipped");
  append_if_any(text, replay.cancelled, "cancelled, which stay dead");
  append_if_any(text, replay.pending + replay.under_way, "still under way");
  return text;
}

std::string progress_text(const ReplayRecord& replay) {
  const std::string name = "replay " + std::to_string(replay.id) + " ";
  std::string counts = std::to_string(replay.replayed) + " of " + std::to_string(replay.total) + " replayed";
  append_if_any(counts, replay.skipped, "skipped");
  append_if_any(counts, replay.cancelled, "cancelled");
  counts.append("; ").append(std::to_string(replay.sent)).append(" sent, ");
  counts.append(std::to_string(replay.dead_again)).append(" dead again");
  append_if_any(counts, replay.under_way, "under way");
  const std::string with_bar = name + bar(replay) + counts;
  return with_bar.size() <= widest_progress ? with_bar : (name + counts).substr(0, widest_progress);
}

}  // namespace notifier
