#include "storage/sql/replay_queries.hpp"

#include "storage/sql/dead_letter_rows.hpp"

namespace notifier::sql {
namespace {

/// The items of a replay, their dead letters, and the notifications that these are now. A message that was never one became
/// that of the event it names if anything was done about that since: what was sent before is another event's with its id.
void write_from_items(Statement& statement, std::uint64_t replay_id) {
  statement.sql(" FROM replay_items LEFT JOIN dead_letters ON dead_letters.id = dead_letter_id LEFT");
  statement.sql(join_notification).sql(" AND (edited_body IS NOT NULL OR ").sql(is_own);
  statement.sql(" OR notifications.updated_at >= closed_at) WHERE replay_id = ").value(replay_id);
}

/// The name of an outcome. One that died is not brought to life by the other event that it names.
void write_outcome(Statement& statement) {
  statement.sql("CASE WHEN replay_items.state = 'PUBLISHING' THEN 'PENDING'");
  statement.sql(" WHEN replay_items.state <> 'REPLAYED' THEN replay_items.state");
  statement.sql(" WHEN status = 'SENT' AND (edited_body IS NOT NULL OR ").sql(is_own).sql(") THEN 'SENT'");
  statement.sql(" WHEN dead_letters.deaths > replay_items.deaths OR status = 'FAILED_DLQ' THEN 'DEAD_AGAIN'");
  statement.sql(" WHEN status = 'SENT' THEN 'SENT'");
  statement.sql(" WHEN status IS NULL AND (dead_letters.id IS NULL OR ").sql(is_own).sql(") THEN 'UNKNOWN'");
  statement.sql(" ELSE 'UNDER_WAY' END");
}

void count_items(Session& session, ReplayRecord& replay) {
  Statement counts{"SELECT "};
  write_outcome(counts);
  write_from_items(counts.sql(" AS outcome, COUNT(*)"), replay.id);
  const auto rows = session.query(counts.sql(" GROUP BY outcome"));
  while (rows->next()) replay.count(replay_outcome_from(rows->text(0)).value(), rows->id(1));
}

}  // namespace

std::optional<ReplayRecord> find_replay(Session& session, std::uint64_t id) {
  const Dialect& dialect = session.dialect();
  Statement select{"SELECT state, rate, requested_by, "};
  select.sql(dialect.microseconds("created_at")).sql(", ").sql(dialect.microseconds("ended_at"));
  const auto rows = session.query(select.sql(", total FROM replays WHERE id = ").value(id));
  if (!rows->next()) return std::nullopt;
  ReplayRecord replay{.id = id,
                      .state = replay_state_from(rows->text(0)).value(),
                      .rate = rows->count(1),
                      .requested_by = rows->string(2),
                      .created_at = rows->rfc3339(3),
                      .ended_at = rows->rfc3339(4),
                      .total = rows->id(5)};
  count_items(session, replay);
  return replay;
}

std::vector<ReplayItem> replay_items(Session& session, std::uint64_t replay_id, std::uint64_t after, std::size_t limit) {
  Statement select{
      "SELECT dead_letter_id, dead_letters.event_id, CASE replay_items.state WHEN 'PUBLISHING' THEN 'PENDING'"
      " ELSE replay_items.state END, status, "};
  write_outcome(select);
  select.sql(", CASE WHEN status IS NULL THEN error ELSE last_error END");
  write_from_items(select, replay_id);
  select.sql(" AND dead_letter_id > ").value(after).sql(" ORDER BY dead_letter_id LIMIT ").value(limit);
  const auto rows = session.query(select);
  std::vector<ReplayItem> items;
  while (rows->next()) {
    items.push_back({.dead_letter_id = rows->id(0),
                     .event_id = rows->string(1),
                     .result = rows->string(2),
                     .status = rows->string(3),
                     .outcome = replay_outcome_from(rows->text(4)).value()});
    const ReplayOutcome outcome = items.back().outcome;
    if (outcome == ReplayOutcome::under_way || outcome == ReplayOutcome::dead_again) items.back().error = rows->string(5);
  }
  return items;
}

}  // namespace notifier::sql
