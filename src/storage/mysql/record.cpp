#include "storage/mysql/record.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "domain/stored_sends.hpp"
#include "notifier/notification_row.hpp"
#include "storage/mysql/commit_check.hpp"
#include "storage/mysql/dialect.hpp"
#include "storage/mysql/sql_text.hpp"
#include "storage/sql/dead_messages.hpp"

namespace notifier::mysql {
namespace {

/// Outcomes that one UPDATE records, sorted by event id.
struct Group {
  ClaimToken token{};
  NotificationStatus status = NotificationStatus::sent;
  bool attempted = true;
  bool fanned_out = true;
  std::vector<std::size_t> indices;
};

using Outcomes = std::span<const Outcome>;

std::uint64_t microseconds_of(std::chrono::microseconds duration) { return static_cast<std::uint64_t>(duration.count()); }

std::vector<Group> group_outcomes(Outcomes outcomes) {
  std::map<std::tuple<ClaimToken, NotificationStatus, bool, bool>, Group> groups;
  for (std::size_t index = 0; index < outcomes.size(); ++index) {
    const Outcome& outcome = outcomes[index];
    Group& group = groups[{outcome.token, outcome.status, outcome.attempted, outcome.fanned_out}];
    group.token = outcome.token;
    group.status = outcome.status;
    group.attempted = outcome.attempted;
    group.fanned_out = outcome.fanned_out;
    group.indices.push_back(index);
  }
  std::vector<Group> sorted;
  for (auto& [key, group] : groups) {
    std::ranges::sort(group.indices, {},
                      [outcomes](std::size_t index) -> std::string_view { return outcomes[index].event_id; });
    sorted.push_back(std::move(group));
  }
  return sorted;
}

void write_ids(SqlText& text, const Group& group, Outcomes outcomes) {
  text.sql(" WHERE event_id IN (");
  text.list(group.indices, [&](std::size_t index) { text.value(outcomes[index].event_id); }).sql(")");
}

/// A value for the row with this event id.
template <typename Value>
struct Choice {
  std::string_view event_id;
  Value value;
};

/// The row's value, as one expression. `choices` are sorted by event id: it is found by halves, since each row would be
/// compared with half of them otherwise.
template <typename Value>
void write_choice(SqlText& text, std::span<const Choice<Value>> choices) {
  if (choices.size() == 1) {
    text.value(choices.front().value);
    return;
  }
  const std::size_t middle = choices.size() / 2;
  text.sql("IF(event_id < ").value(choices[middle].event_id).sql(", ");
  write_choice(text, choices.first(middle));
  text.sql(", ");
  write_choice(text, choices.subspan(middle));
  text.sql(")");
}

/// What `value` gives for each outcome of the group, as one expression.
template <typename Projection>
void write_for_each(SqlText& text, const Group& group, Outcomes outcomes, Projection value) {
  using Value = std::decay_t<decltype(value(outcomes.front()))>;
  std::vector<Choice<Value>> choices;
  choices.reserve(group.indices.size());
  for (const std::size_t index : group.indices) choices.push_back({outcomes[index].event_id, value(outcomes[index])});
  const Value& first = choices.front().value;
  if (std::ranges::all_of(choices, [&](const Choice<Value>& choice) { return choice.value == first; })) {
    text.value(first);
  } else {
    write_choice(text, std::span<const Choice<Value>>{choices});
  }
}

void write_error(SqlText& text, const Group& group, Outcomes outcomes) {
  if (group.status == NotificationStatus::sent) {
    text.sql("NULL");
  } else {
    write_for_each(text, group, outcomes, [](const Outcome& outcome) { return storable_error(outcome.error); });
  }
}

void write_sends(SqlText& text, const Group& group, Outcomes outcomes) {
  text.sql(", sends = NULLIF(");
  write_for_each(text, group, outcomes, [](const Outcome& outcome) { return stored_sends(outcome.sends); });
  text.sql(", '')");
}

void write_next_attempt(SqlText& text, const Group& group, Outcomes outcomes) {
  if (group.status == NotificationStatus::sent || group.status == NotificationStatus::failed_dlq) {
    text.sql("NULL");
    return;
  }
  text.sql("UTC_TIMESTAMP(6) + INTERVAL ");
  write_for_each(text, group, outcomes, [](const Outcome& outcome) { return microseconds_of(outcome.next_attempt_in); });
  text.sql(" MICROSECOND");
}

void write_outcome(SqlText& text, const Group& group, Outcomes outcomes) {
  text.sql("UPDATE notifications SET status = ").value(to_string(group.status)).sql(", last_error = ");
  write_error(text, group, outcomes);
  if (group.attempted) text.sql(", attempt_count = attempt_count + 1, last_attempt_timestamp = UTC_TIMESTAMP(6)");
  if (group.attempted) write_sends(text, group, outcomes);
  if (group.status != NotificationStatus::sent && group.attempted) {
    text.sql(", failing_since = COALESCE(failing_since, UTC_TIMESTAMP(6))");
  }
  text.sql(", next_attempt_at = ");
  write_next_attempt(text, group, outcomes);
  if (group.fanned_out || group.attempted) text.sql(", fanned_out = TRUE");
  text.sql(", generation = generation + 1, lapsed_claims = 0, updated_at = UTC_TIMESTAMP(6)");
}

/// Once recorded, another token stands in the row and the expiry goes: a repeat changes nothing, can tell that this was
/// recorded, and a claim that comes late finds nothing of its own.
std::string update_statement(Connection& connection, const Group& group, Outcomes outcomes) {
  SqlText text{connection};
  write_outcome(text, group, outcomes);
  text.sql(", claimed_until = NULL, claim_token = ").value(recorded_token(group.token));
  write_ids(text, group, outcomes);
  text.sql(" AND claim_token = ").value(group.token).sql(" AND claimed_until IS NOT NULL AND status <> 'SENT'");
  return text.str();
}

/// What was sent by one who was overtaken was sent all the same. The other's claim stays as it is.
std::string sent_anyway_statement(Connection& connection, const Group& overtaken, Outcomes outcomes) {
  SqlText text{connection};
  write_outcome(text, overtaken, outcomes);
  text.sql(" WHERE status IN ('QUEUED', 'FAILED_RETRYING') AND (event_id, fingerprint) IN (");
  text.list(overtaken.indices, [&](std::size_t index) {
    text.sql("(").value(outcomes[index].event_id).sql(", ").value(outcomes[index].fingerprint).sql(")");
  });
  return text.sql(")").str();
}

/// Those of the group that are recorded, and not replayed since.
void write_recorded(SqlText& text, const Group& group, Outcomes outcomes) {
  text.sql(" FROM notifications");
  write_ids(text, group, outcomes);
  text.sql(" AND claim_token = ").value(recorded_token(group.token)).sql(" AND claimed_until IS NULL AND status = ");
  text.value(to_string(group.status));
}

std::string attempts_statement(Connection& connection, const Group& group, Outcomes outcomes) {
  SqlText text{connection};
  text.sql(
      "INSERT IGNORE INTO notification_attempts (event_id, attempt, at, error, sends, duration_us)"
      " SELECT event_id, attempt_count, last_attempt_timestamp, last_error, sends, ");
  write_for_each(text, group, outcomes, [](const Outcome& outcome) { return microseconds_of(outcome.duration); });
  write_recorded(text, group, outcomes);
  return text.str();
}

/// An event that goes well is found by the sweeper where it was inserted; one that waits would be left behind there.
std::string watch_statement(Connection& connection, const Group& group, Outcomes outcomes) {
  SqlText text{connection};
  text.sql("INSERT INTO watched_notifications (event_id, since) SELECT event_id, next_attempt_at");
  write_recorded(text, group, outcomes);
  text.sql(" ON DUPLICATE KEY UPDATE since = VALUES(since)");
  return text.str();
}

std::string dead_letters_statement(Connection& connection, const Group& group, Outcomes outcomes) {
  SqlText text{connection};
  text.sql(sql::insert_dead_letters).sql(" SELECT CONCAT('event:', event_id), event_id, event_type, ");
  write_for_each(text, group, outcomes, [](const Outcome& outcome) { return outcome.death.reason; });
  text.sql(", last_error, attempt_count, ");
  write_for_each(text, group, outcomes,
                 [](const Outcome& outcome) { return sql::storable_trace(outcome.death.traceparent); });
  text.sql(", ");
  write_for_each(text, group, outcomes,
                 [](const Outcome& outcome) { return sql::storable_failure_time(outcome.death.first_failed_at); });
  text.sql(", NULL, 0, 'DEAD', 1, updated_at, FALSE, generation");
  write_recorded(text, group, outcomes);
  text.sql(dialect.or_dead_again);
  return text.str();
}

/// The events of the group that are recorded.
std::set<std::string, std::less<>> recorded_events(Connection& connection, const Group& group, Outcomes outcomes) {
  SqlText text{connection};
  text.sql("SELECT event_id FROM notifications");
  write_ids(text, group, outcomes);
  text.sql(" AND claim_token = ").value(recorded_token(group.token)).sql(" AND claimed_until IS NULL");
  auto rows = connection.query(text.str());
  std::set<std::string, std::less<>> events;
  while (rows.next()) events.emplace(rows.text(0));
  return events;
}

void keep_failures(Connection& connection, const Group& group, Outcomes outcomes) {
  if (group.status == NotificationStatus::sent) return;
  std::vector<std::string> statements;
  if (group.attempted) statements.push_back(attempts_statement(connection, group, outcomes));
  statements.push_back(group.status == NotificationStatus::failed_dlq ? dead_letters_statement(connection, group, outcomes)
                                                                      : watch_statement(connection, group, outcomes));
  for (const std::string& statement : statements) connection.execute(statement);
}

void record_group(Connection& connection, const Group& group, Outcomes outcomes, std::vector<RecordVerdict>& verdicts) {
  const auto updated = connection.execute(update_statement(connection, group, outcomes));
  keep_failures(connection, group, outcomes);
  if (updated.affected == group.indices.size()) return;
  const auto recorded = recorded_events(connection, group, outcomes);
  Group overtaken = group;
  std::erase_if(overtaken.indices, [&](std::size_t index) { return recorded.contains(outcomes[index].event_id); });
  for (const std::size_t index : overtaken.indices) verdicts[index] = RecordVerdict::overtaken;
  if (overtaken.indices.empty() || group.status != NotificationStatus::sent) return;
  connection.execute(sent_anyway_statement(connection, overtaken, outcomes));
}

/// One UPDATE needs no transaction around it, and nobody claims a row that was sent before it is read again.
bool needs_transaction(const std::vector<Group>& groups) {
  return groups.size() > 1 ||
         std::ranges::any_of(groups, [](const Group& group) { return group.status != NotificationStatus::sent; });
}

}  // namespace

std::vector<RecordVerdict> record_outcomes(Connection& connection, std::span<const Outcome> outcomes) {
  const std::vector<Group> groups = group_outcomes(outcomes);
  std::optional<sql::Transaction> transaction;
  if (needs_transaction(groups)) transaction.emplace(connection, sql::Access::writing);
  std::vector<RecordVerdict> verdicts(outcomes.size(), RecordVerdict::recorded);
  for (const Group& group : groups) record_group(connection, group, outcomes, verdicts);
  if (transaction) transaction->commit();
  // A primary that was frozen while another one was elected lacks the claims of that one, and does not know it yet. What
  // changes no row commits nothing, and would be believed.
  if (std::ranges::find(verdicts, RecordVerdict::overtaken) != verdicts.end()) {
    check_that_it_commits(connection);
  }
  return verdicts;
}

}  // namespace notifier::mysql
