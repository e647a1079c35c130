#include "mysql/record.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "mysql/sql_text.hpp"
#include "notifier/claim.hpp"

namespace notifier::mysql {
namespace {

/// Outcomes that one UPDATE records, sorted by event id.
struct Group {
  ClaimToken token{};
  NotificationStatus status = NotificationStatus::sent;
  bool attempted = true;
  std::vector<std::size_t> indices;
};

using Outcomes = std::span<const Outcome>;

std::vector<Group> group_outcomes(Outcomes outcomes) {
  std::map<std::tuple<ClaimToken, NotificationStatus, bool>, Group> groups;
  for (std::size_t index = 0; index < outcomes.size(); ++index) {
    const Outcome& outcome = outcomes[index];
    Group& group = groups[{outcome.token, outcome.status, outcome.attempted}];
    group.token = outcome.token;
    group.status = outcome.status;
    group.attempted = outcome.attempted;
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

void write_error(SqlText& text, const Group& group, Outcomes outcomes) {
  if (group.status == NotificationStatus::sent) {
    text.sql("NULL");
    return;
  }
  const std::string& first = outcomes[group.indices.front()].error;
  if (std::ranges::all_of(group.indices, [&](std::size_t index) { return outcomes[index].error == first; })) {
    text.value(storable_error(first));
    return;
  }
  text.sql("CASE event_id");
  for (const std::size_t index : group.indices) {
    text.sql(" WHEN ").value(outcomes[index].event_id).sql(" THEN ").value(storable_error(outcomes[index].error));
  }
  text.sql(" END");
}

std::string update_statement(Connection& connection, const Group& group, Outcomes outcomes) {
  SqlText text{connection};
  text.sql("UPDATE notifications SET status = ").value(to_string(group.status)).sql(", last_error = ");
  write_error(text, group, outcomes);
  if (group.attempted) text.sql(", attempt_count = attempt_count + 1, last_attempt_timestamp = UTC_TIMESTAMP(6)");
  text.sql(", claimed_until = NULL, updated_at = UTC_TIMESTAMP(6)");
  write_ids(text, group, outcomes);
  // Once recorded, the token stays and the expiry goes: a repeat changes nothing, and can tell that this was recorded.
  text.sql(" AND claim_token = ").value(group.token).sql(" AND claimed_until IS NOT NULL");
  return text.str();
}

std::string failed_attempts_statement(Connection& connection, const Group& group, Outcomes outcomes) {
  SqlText text{connection};
  text.sql(
      "INSERT IGNORE INTO notification_attempts (event_id, attempt, at, error)"
      " SELECT event_id, attempt_count, last_attempt_timestamp, last_error FROM notifications");
  write_ids(text, group, outcomes);
  text.sql(" AND claim_token = ")
      .value(group.token)
      .sql(" AND claimed_until IS NULL AND status = ")
      .value(to_string(group.status));
  return text.str();
}

/// The events of the group that are recorded under its token.
SqlResult<std::set<std::string, std::less<>>> recorded_events(Connection& connection, const Group& group,
                                                              Outcomes outcomes) {
  SqlText text{connection};
  text.sql("SELECT event_id FROM notifications");
  write_ids(text, group, outcomes);
  text.sql(" AND claim_token = ").value(group.token).sql(" AND claimed_until IS NULL");
  auto rows = connection.query(text.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  std::set<std::string, std::less<>> events;
  while (rows->next()) events.emplace(rows->text(0));
  return events;
}

SqlResult<void> record_group(Connection& connection, const Group& group, Outcomes outcomes,
                             std::vector<RecordVerdict>& verdicts) {
  const auto updated = connection.execute(update_statement(connection, group, outcomes));
  if (!updated) return std::unexpected{updated.error()};
  if (group.attempted && group.status != NotificationStatus::sent) {
    const auto kept = connection.execute(failed_attempts_statement(connection, group, outcomes));
    if (!kept) return std::unexpected{kept.error()};
  }
  if (updated->affected == group.indices.size()) return {};
  const auto recorded = recorded_events(connection, group, outcomes);
  if (!recorded) return std::unexpected{recorded.error()};
  for (const std::size_t index : group.indices) {
    if (!recorded->contains(outcomes[index].event_id)) verdicts[index] = RecordVerdict::overtaken;
  }
  return {};
}

/// One UPDATE needs no transaction around it, and nobody claims a row that was sent before it is read again.
bool needs_transaction(const std::vector<Group>& groups) {
  return groups.size() > 1 ||
         std::ranges::any_of(groups, [](const Group& group) { return group.status != NotificationStatus::sent; });
}

}  // namespace

SqlResult<std::vector<RecordVerdict>> record_outcomes(Connection& connection, std::span<const Outcome> outcomes) {
  const std::vector<Group> groups = group_outcomes(outcomes);
  std::optional<Transaction> transaction;
  if (needs_transaction(groups)) {
    auto begun = Transaction::begin(connection);
    if (!begun) return std::unexpected{std::move(begun.error())};
    transaction.emplace(std::move(*begun));
  }
  std::vector<RecordVerdict> verdicts(outcomes.size(), RecordVerdict::recorded);
  for (const Group& group : groups) {
    if (auto done = record_group(connection, group, outcomes, verdicts); !done)
      return std::unexpected{std::move(done.error())};
  }
  if (transaction) {
    if (auto committed = transaction->commit(); !committed) return std::unexpected{std::move(committed.error())};
  }
  return verdicts;
}

}  // namespace notifier::mysql
