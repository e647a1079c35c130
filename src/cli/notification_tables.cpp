#include "cli/notification_tables.hpp"

#include <chrono>
#include <optional>

#include "base/json_line.hpp"
#include "base/rfc3339.hpp"
#include "cli/cells.hpp"
#include "cli/relative_time.hpp"
#include "cli/table.hpp"
#include "domain/notification_totals.hpp"

namespace notifier {
namespace {

using Row = std::vector<std::string>;

constexpr std::size_t lines_of_payload = 10;

Colour colour_of(NotificationStatus status) {
  switch (status) {
    case NotificationStatus::queued:
      return Colour::none;
    case NotificationStatus::sent:
      return Colour::green;
    case NotificationStatus::failed_retrying:
      return Colour::yellow;
    case NotificationStatus::failed_dlq:
      return Colour::red;
  }
  return Colour::none;
}

Colour colour_of_status(std::string_view name) {
  const auto status = notification_status_from(name);
  return status ? colour_of(*status) : Colour::none;
}

Colour colour_of_outcome(std::string_view name) {
  if (name == to_string(SendOutcome::sent)) return Colour::green;
  if (name == to_string(SendOutcome::deferred)) return Colour::none;
  return name == to_string(SendOutcome::transient) ? Colour::yellow : Colour::red;
}

std::string in_milliseconds(std::optional<std::chrono::microseconds> duration) {
  return duration ? std::to_string(std::chrono::round<std::chrono::milliseconds>(*duration).count()) + " ms" : "";
}

/// A row for each send, or one for the attempt if none is known.
void add_rows(std::vector<Row>& rows, const Attempt& attempt, unsigned before_replay, const Terminal& terminal) {
  const std::string number = std::to_string(attempt.attempt);
  const bool is_of_replay = before_replay > 0 && attempt.attempt > before_replay;
  const std::string of_replay = is_of_replay ? std::to_string(attempt.attempt - before_replay) : "";
  const std::string ended = relative_time(attempt.at, terminal.now);
  if (attempt.sends.empty()) {
    rows.push_back({number, of_replay, ended, "", attempt.error.empty() ? "sent" : "failed",
                    in_milliseconds(attempt.duration), attempt.error});
  }
  for (const Send& send : attempt.sends) {
    rows.push_back({number, of_replay, ended, send.sender, std::string{to_string(send.outcome)},
                    in_milliseconds(send.duration), send.text});
  }
}

void add_death(std::vector<Fact>& facts, const NotificationDeath& death, const Terminal& terminal) {
  facts.push_back({"dead letter", std::to_string(death.dead_letter_id) + ", " + std::string{to_string(death.state)}});
  facts.push_back({"reason", death.reason});
  if (death.state != DeadLetterState::discarded) return;
  facts.push_back({"discarded", time_and_distance(death.closed_at, terminal.now) + " by " + death.closed_by});
  facts.push_back({"discarded for", death.discard_reason});
}

std::string sibling_table(const std::vector<Sibling>& siblings, const Terminal& terminal) {
  std::vector<Row> rows;
  rows.reserve(siblings.size());
  for (const Sibling& sibling : siblings) {
    rows.push_back({sibling.route, std::string{to_string(sibling.status)}, sibling.event_id});
  }
  return table({{.heading = "ALSO ON ROUTE"},
                {.heading = "STATUS", .excess = Excess::kept, .colour = colour_of_status},
                {.heading = "EVENT ID", .excess = Excess::kept}},
               rows, terminal);
}

}  // namespace

std::string attempt_table(const std::vector<Attempt>& attempts, unsigned before_replay, const Terminal& terminal) {
  std::vector<Row> rows;
  for (const Attempt& attempt : attempts) add_rows(rows, attempt, before_replay, terminal);
  return table({{.heading = "ATTEMPT", .excess = Excess::kept},
                {.heading = "SINCE REPLAY", .excess = Excess::kept, .rank = 2},
                {.heading = "ENDED", .excess = Excess::kept},
                {.heading = "SENDER", .excess = Excess::cut_in_middle},
                {.heading = "OUTCOME", .excess = Excess::kept, .colour = colour_of_outcome},
                {.heading = "DURATION", .excess = Excess::kept, .rank = 1},
                {.heading = "REPLY OR ERROR", .excess = Excess::below}},
               rows, terminal);
}

std::string attempts_text(unsigned count, unsigned before_replay) {
  std::string all = std::to_string(count);
  if (before_replay == 0 || count < before_replay) return all;
  return all + ", of which " + std::to_string(count - before_replay) + " since the last replay";
}

std::string notification_table(const std::vector<ListedNotification>& notifications, const Terminal& terminal) {
  if (notifications.empty()) return "no notification matches\n";
  std::vector<Row> rows;
  rows.reserve(notifications.size());
  for (const ListedNotification& one : notifications) {
    rows.push_back({one.event_id, std::string{to_string(one.status)}, relative_time(one.created_at, terminal.now),
                    one.recipient, one.event_type, one.route, one.sender, std::to_string(one.attempt_count),
                    one.last_error});
  }
  return table({{.heading = "EVENT ID", .excess = Excess::kept},
                {.heading = "STATUS", .excess = Excess::kept, .colour = colour_of_status},
                {.heading = "CREATED", .excess = Excess::kept, .rank = 2},
                {.heading = "RECIPIENT", .excess = Excess::cut_in_middle, .least = 13, .rank = 1},
                {.heading = "EVENT TYPE", .least = 10, .rank = 3},
                {.heading = "ROUTE", .rank = 5},
                {.heading = "SENDER", .rank = 4},
                {.heading = "ATTEMPTS", .excess = Excess::kept, .rank = 6},
                {.heading = "LAST ERROR", .excess = Excess::below}},
               rows, terminal);
}

std::string notification_table(const NotificationRecord& record, const Terminal& terminal) {
  const auto time = [&](const std::string& at) { return time_and_distance(at, terminal.now); };
  std::vector<Fact> facts{{"event id", record.event_id},
                          {"notification id", notification_id(record.event_id)},
                          {"event type", record.event_type}};
  if (!record.recipient.empty()) facts.push_back({"recipient", record.recipient});
  if (!record.route.empty()) facts.push_back({"route", record.route});
  if (!record.sender.empty()) facts.push_back({"sender", record.sender});
  facts.push_back({"status", std::string{to_string(record.status)}, colour_of(record.status)});
  if (record.death) add_death(facts, *record.death, terminal);
  facts.insert(facts.end(), {{"attempts", attempts_text(record.attempt_count, record.attempts_before_replay)},
                             {"created", time(record.created_at)},
                             {"updated", time(record.updated_at)}});
  if (!record.next_attempt_at.empty()) facts.push_back({"next attempt", time(record.next_attempt_at)});
  if (!record.last_error.empty()) facts.push_back({"last error", record.last_error});
  facts.push_back({"payload", cut_at_end(spaced_json(record.payload), lines_of_payload * terminal.width)});
  std::string text = fact_list(facts, terminal);
  if (!record.attempts.empty()) text += '\n' + attempt_table(record.attempts, record.attempts_before_replay, terminal);
  if (!record.siblings.empty()) text += '\n' + sibling_table(record.siblings, terminal);
  return text;
}

std::string notification_table(const NotificationCounts& counts, const Terminal& terminal) {
  const StatusTotals all = totals_of(counts);
  std::vector<Column> columns{{.heading = "EVENT TYPE", .least = 16}, {.heading = "TOTAL", .excess = Excess::kept}};
  for (const auto& [status, count] : all.by_status) {
    columns.push_back({.heading = std::string{to_string(status)}, .excess = Excess::kept});
  }
  std::vector<Row> rows;
  const auto add = [&rows](const std::string& type, const StatusTotals& totals) {
    Row& row = rows.emplace_back(Row{type, std::to_string(totals.all)});
    for (const auto& [status, count] : totals.by_status) row.push_back(std::to_string(count));
  };
  for (const TypeTotals& type : totals_by_type(counts)) add(type.event_type, type.totals);
  add("all", all);
  return "created from " + to_rfc3339(counts.since) + " to " + to_rfc3339(counts.until) +
         (counts.complete ? "" : "; there were too many to count all that was asked for") + "\n\n" +
         table(columns, rows, terminal);
}

}  // namespace notifier
