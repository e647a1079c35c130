#include "embedded/replay_store.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <string>

#include "embedded/columns.hpp"

namespace notifier::embedded {
namespace {

/// The items of a replay, their dead letters, and the notifications that these are now.
const std::string from_items =
    " FROM replay_items LEFT JOIN dead_letters ON dead_letters.id = dead_letter_id"
    " LEFT JOIN notifications ON notifications.event_id = dead_letters.event_id"
    " AND (identity = 'event:' || dead_letters.event_id OR edited_body IS NOT NULL) WHERE replay_id = ?1";

}  // namespace

std::optional<ReplayRecord> find_replay(SQLite::Database& database, std::uint64_t id) {
  SQLite::Statement select{database,
                           "SELECT state, rate, requested_by, created_at, ended_at, total FROM replays WHERE id = ?"};
  select.bind(1, static_cast<std::int64_t>(id));
  if (!select.executeStep()) return std::nullopt;
  ReplayRecord replay{.id = id,
                      .state = replay_state_from(text(select, 0)).value(),
                      .rate = count(select, 1),
                      .requested_by = text(select, 2),
                      .created_at = rfc3339(select, 3),
                      .ended_at = rfc3339(select, 4),
                      .total = static_cast<std::uint64_t>(number(select, 5))};
  SQLite::Statement counts{
      database, "SELECT replay_items.state, status, COALESCE(dead_letters.state = 'DEAD', 0), COUNT(*)" + from_items +
                    " GROUP BY 1, 2, 3"};
  counts.bind(1, static_cast<std::int64_t>(id));
  while (counts.executeStep()) {
    replay.count(text(counts, 0), text(counts, 1), number(counts, 2) == 1, static_cast<std::uint64_t>(number(counts, 3)));
  }
  return replay;
}

std::vector<ReplayItem> replay_items(SQLite::Database& database, std::uint64_t replay_id, std::uint64_t after,
                                     std::size_t limit) {
  SQLite::Statement select{database,
                           "SELECT dead_letter_id, dead_letters.event_id, CASE replay_items.state WHEN 'PUBLISHING' THEN"
                           " 'PENDING' ELSE replay_items.state END, status" +
                               from_items + " AND dead_letter_id > ?2 ORDER BY dead_letter_id LIMIT ?3"};
  select.bind(1, static_cast<std::int64_t>(replay_id));
  select.bind(2, static_cast<std::int64_t>(after));
  select.bind(3, static_cast<std::int64_t>(limit));
  std::vector<ReplayItem> items;
  while (select.executeStep()) {
    items.push_back({.dead_letter_id = static_cast<std::uint64_t>(number(select, 0)),
                     .event_id = text(select, 1),
                     .result = text(select, 2),
                     .status = text(select, 3)});
  }
  return items;
}

bool cancel_replay(SQLite::Database& database, std::uint64_t id) {
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
  SQLite::Statement replay{database,
                           "UPDATE replays SET state = 'CANCELLED', ended_at = ? WHERE state = 'RUNNING' AND id = ?"};
  replay.bind(1, microseconds_now());
  replay.bind(2, static_cast<std::int64_t>(id));
  if (replay.exec() == 0) return false;
  SQLite::Statement items{database, "UPDATE replay_items SET state = 'CANCELLED' WHERE state = 'PENDING' AND replay_id = ?"};
  items.bind(1, static_cast<std::int64_t>(id));
  items.exec();
  transaction.commit();
  return true;
}

}  // namespace notifier::embedded
