#include "storage/sql/replay_queries.hpp"

#include "storage/sql/dead_letter_rows.hpp"

namespace notifier::sql {
namespace {

/// The items of a replay, their dead letters, and the notifications that these are now.
void write_from_items(Statement& statement, std::uint64_t replay_id) {
  statement.sql(" FROM replay_items LEFT JOIN dead_letters ON dead_letters.id = dead_letter_id LEFT");
  statement.sql(join_notification).sql(" AND (edited_body IS NOT NULL OR ").sql(is_own).sql(")");
  statement.sql(" WHERE replay_id = ").value(replay_id);
}

void count_items(Session& session, ReplayRecord& replay) {
  Statement counts{"SELECT replay_items.state, status, COALESCE(dead_letters.state = 'DEAD', FALSE) AS is_dead, COUNT(*)"};
  write_from_items(counts, replay.id);
  counts.sql(" GROUP BY replay_items.state, status, is_dead");
  const auto rows = session.query(counts);
  while (rows->next()) replay.count(rows->text(0), rows->text(1), rows->is_true(2), rows->id(3));
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
      " ELSE replay_items.state END, status"};
  write_from_items(select, replay_id);
  select.sql(" AND dead_letter_id > ").value(after).sql(" ORDER BY dead_letter_id LIMIT ").value(limit);
  const auto rows = session.query(select);
  std::vector<ReplayItem> items;
  while (rows->next()) {
    items.push_back(
        {.dead_letter_id = rows->id(0), .event_id = rows->string(1), .result = rows->string(2), .status = rows->string(3)});
  }
  return items;
}

}  // namespace notifier::sql
