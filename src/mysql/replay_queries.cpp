#include "mysql/replay_queries.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "mysql/sql_text.hpp"
#include "mysql/sql_time.hpp"

namespace notifier::mysql {
namespace {

/// The items of a replay, their dead letters, and the notifications that these are now.
constexpr std::string_view from_items =
    " FROM replay_items LEFT JOIN dead_letters ON dead_letters.id = dead_letter_id"
    " LEFT JOIN notifications ON notifications.event_id = dead_letters.event_id"
    " AND (identity = CONCAT('event:', dead_letters.event_id) OR edited_body IS NOT NULL) WHERE replay_id = ";

}  // namespace

SqlResult<std::optional<ReplayRecord>> find_replay(Connection& connection, std::uint64_t id) {
  SqlText select{connection};
  select.sql("SELECT state, rate, requested_by, ").sql(as_rfc3339("created_at")).sql(", ").sql(as_rfc3339("ended_at"));
  select.sql(", total FROM replays WHERE id = ").value(id);
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  if (!rows->next()) return std::nullopt;
  ReplayRecord replay{.id = id,
                      .state = replay_state_from(rows->text(0)).value(),
                      .rate = static_cast<unsigned>(rows->number(1)),
                      .requested_by = std::string{rows->text(2)},
                      .created_at = std::string{rows->text(3)},
                      .ended_at = std::string{rows->text(4)},
                      .total = static_cast<std::uint64_t>(rows->number(5))};
  SqlText counts{connection};
  counts.sql("SELECT replay_items.state, status, COALESCE(dead_letters.state = 'DEAD', FALSE) AS is_dead, COUNT(*)")
      .sql(from_items);
  counts.value(id).sql(" GROUP BY replay_items.state, status, is_dead");
  auto items = connection.query(counts.str());
  if (!items) return std::unexpected{std::move(items.error())};
  while (items->next()) {
    replay.count(items->text(0), items->text(1), items->number(2) == 1, static_cast<std::uint64_t>(items->number(3)));
  }
  return replay;
}

SqlResult<std::vector<ReplayItem>> replay_items(Connection& connection, std::uint64_t replay_id, std::uint64_t after,
                                                std::size_t limit) {
  SqlText select{connection};
  select.sql("SELECT dead_letter_id, dead_letters.event_id, IF(replay_items.state = 'PUBLISHING', 'PENDING',");
  select.sql(" replay_items.state), status").sql(from_items).value(replay_id).sql(" AND dead_letter_id > ").value(after);
  select.sql(" ORDER BY dead_letter_id LIMIT ").value(limit);
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  std::vector<ReplayItem> items;
  while (rows->next()) {
    items.push_back({.dead_letter_id = static_cast<std::uint64_t>(rows->number(0)),
                     .event_id = std::string{rows->text(1)},
                     .result = std::string{rows->text(2)},
                     .status = std::string{rows->text(3)}});
  }
  return items;
}

SqlResult<bool> cancel_replay(Connection& connection, std::uint64_t id) {
  auto transaction = Transaction::begin(connection);
  if (!transaction) return std::unexpected{std::move(transaction.error())};
  SqlText replay{connection};
  replay.sql("UPDATE replays SET state = 'CANCELLED', ended_at = UTC_TIMESTAMP(6) WHERE state = 'RUNNING' AND id = ")
      .value(id);
  const auto cancelled = connection.execute(replay.str());
  if (!cancelled) return std::unexpected{cancelled.error()};
  SqlText items{connection};
  items.sql("UPDATE replay_items SET state = 'CANCELLED' WHERE state = 'PENDING' AND replay_id = ").value(id);
  if (cancelled->affected > 0) {
    if (auto done = connection.execute(items.str()); !done) return std::unexpected{std::move(done.error())};
  }
  if (auto committed = transaction->commit(); !committed) return std::unexpected{std::move(committed.error())};
  return cancelled->affected > 0;
}

}  // namespace notifier::mysql
