#include "broker/sqlite/queue_store.hpp"

#include <sqlite3.h>

#include <utility>

#include "base/sha256.hpp"
#include "domain/delivery_room.hpp"
#include "notifier/broker_topology.hpp"
#include "storage/sqlite/columns.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/statement_use.hpp"

namespace notifier::embedded {
namespace {

constexpr int filler_bytes = 1024 * 1024;

const std::string main_queue_name{main_queue};

std::int64_t since_epoch(QueueTime time) { return time.time_since_epoch().count(); }

std::int64_t highest_position(SQLite::Database& database) {
  return database.execAndGet("SELECT COALESCE(MAX(position), 0) FROM messages").getInt64();
}

void charge_deliveries(SQLite::Database& database) {
  SQLite::Statement charge{database,
                           "UPDATE messages SET deliveries = deliveries + 1 "
                           "WHERE queue = ? AND position <= (SELECT MIN(position, charged_until) FROM handed_out)"};
  charge.bind(1, main_queue_name);
  charge.exec();
}

/// What was in hand at the crash, or was at one before and is not dealt with yet.
void charge_next_hand_overs(SQLite::Database& database) {
  database.exec("UPDATE handed_out SET charged_until = MAX(position, charged_until) WHERE position > 0");
}

int bury_beyond(int delivery_limit, SQLite::Database& database) {
  SQLite::Statement bury{database,
                         "UPDATE messages SET queue = ?, dead_letter_reason = 'delivery_limit', "
                         "last_error = 'the process ended during each of its ' || deliveries || ' deliveries' "
                         "WHERE queue = ? AND position <= (SELECT MIN(position, charged_until) FROM handed_out) "
                         "AND deliveries > ?"};
  bury.bind(1, std::string{dead_letter_queue});
  bury.bind(2, main_queue_name);
  bury.bind(3, delivery_limit);
  return bury.exec();
}

void shorten_waits(SQLite::Database& database, QueueTime now) {
  SQLite::Statement shorten{database, "UPDATE messages SET due_at = ?1 + delay WHERE due_at > ?1 + delay"};
  shorten.bind(1, since_epoch(now));
  shorten.exec();
}

}  // namespace

Message read_message(SQLite::Statement& row, int first_column) {
  const auto text = [&](int column) { return row.getColumn(first_column + column).getString(); };
  const auto number = [&](int column) -> std::optional<unsigned> {
    const SQLite::Column value = row.getColumn(first_column + column);
    return value.isNull() ? std::nullopt : std::optional{value.getUInt()};
  };
  Message message{.event_id = text(0),
                  .event_type = text(1),
                  .body = text(2),
                  .attempt = number(5),
                  .generation = number(9),
                  .route = text(10),
                  .renewals = number(11).value_or(0),
                  .begun_alone = number(13).value_or(0),
                  .fingerprint = {},
                  .traceparent = text(3),
                  .first_failed_at = text(4),
                  .not_before = row.getColumn(first_column + 8).getInt64(),
                  .dead_letter = {}};
  message.fingerprint = sha256_from_bytes(text(12));
  if (!row.isColumnNull(first_column + 6)) message.dead_letter = DeadLetter{.reason = text(6), .last_error = text(7)};
  return message;
}

QueueStore::QueueStore(SQLite::Database database)
    : database_{std::move(database)},
      insert_{database_,
              "INSERT INTO messages (position, queue, event_id, event_type, body, traceparent, first_failed_at, attempt, "
              "dead_letter_reason, last_error, due_at, delay, not_before, generation, route, renewals, fingerprint, "
              "begun_alone) "
              "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
      select_due_{database_, "SELECT position FROM messages WHERE due_at <= ? ORDER BY due_at, position LIMIT ?"},
      move_to_main_queue_{database_,
                          "UPDATE messages SET queue = ?, position = ?, due_at = NULL, delay = NULL WHERE position = ?"},
      next_due_{database_, "SELECT MIN(due_at) FROM messages WHERE due_at IS NOT NULL"},
      select_waiting_{database_, std::string{"SELECT position, deliveries, "} + message_columns +
                                     " FROM messages WHERE queue = ? AND position > ? ORDER BY position LIMIT ?"},
      count_waiting_{database_, "SELECT COUNT(*) FROM messages WHERE queue = ? AND position > ?"},
      set_handed_out_{database_, "UPDATE handed_out SET position = ?"},
      remove_{database_, "DELETE FROM messages WHERE position = ?"},
      count_pages_{database_, "PRAGMA page_count"},
      count_free_pages_{database_, "PRAGMA freelist_count"},
      page_size_{database_.execAndGet("PRAGMA page_size").getInt64()},
      next_position_{highest_position(database_) + 1} {
  for (SQLite::Statement* statement : {&move_to_main_queue_, &select_waiting_, &count_waiting_}) {
    statement->bindNoCopy(1, main_queue_name);
  }
}

int QueueStore::recover(QueueTime now, int delivery_limit) {
  SQLite::Transaction transaction = begin_writing(database_);
  charge_deliveries(database_);
  const int buried = bury_beyond(delivery_limit, database_);
  charge_next_hand_overs(database_);
  shorten_waits(database_, now);
  set_handed_out(0);
  charged_until_ = database_.execAndGet("SELECT charged_until FROM handed_out").getInt64();
  transaction.commit();
  return buried;
}

void QueueStore::put(const Message& message, const std::string& queue) {
  insert_.bind(11);
  insert_.bind(12);
  insert(message, queue);
}

void QueueStore::put_delayed(const Message& message, const std::string& queue, std::chrono::microseconds delay,
                             QueueTime now) {
  insert_.bind(11, since_epoch(now + delay));
  insert_.bind(12, std::int64_t{delay.count()});
  insert(message, queue);
}

void QueueStore::insert(const Message& message, const std::string& queue) {
  const StatementUse use{insert_};
  insert_.bind(1, next_position_++);
  insert_.bindNoCopy(2, queue);
  insert_.bindNoCopy(3, message.event_id);
  insert_.bindNoCopy(4, message.event_type);
  insert_.bindNoCopy(5, message.body.data(), static_cast<int>(message.body.size()));
  insert_.bindNoCopy(6, message.traceparent);
  insert_.bindNoCopy(7, message.first_failed_at);
  insert_.bind(8);
  if (message.attempt) insert_.bind(8, *message.attempt);
  insert_.bind(9);
  insert_.bind(10);
  if (message.dead_letter) {
    insert_.bindNoCopy(9, message.dead_letter->reason);
    insert_.bindNoCopy(10, message.dead_letter->last_error);
  }
  insert_.bind(13, message.not_before);
  insert_.bind(14);
  if (message.generation) insert_.bind(14, *message.generation);
  insert_.bindNoCopy(15, message.route);
  insert_.bind(16, message.renewals);
  insert_.bind(17);
  if (message.fingerprint) bind_bytes(insert_, 17, *message.fingerprint);
  insert_.bind(18, message.begun_alone);
  insert_.exec();
}

void QueueStore::move_due(QueueTime now, int limit) {
  std::vector<std::int64_t> due;
  {
    const StatementUse use{select_due_};
    select_due_.bind(1, since_epoch(now));
    select_due_.bind(2, limit);
    while (select_due_.executeStep()) due.push_back(select_due_.getColumn(0).getInt64());
  }
  for (const std::int64_t position : due) {
    const StatementUse use{move_to_main_queue_};
    move_to_main_queue_.bind(2, next_position_++);
    move_to_main_queue_.bind(3, position);
    move_to_main_queue_.exec();
  }
}

std::optional<QueueTime> QueueStore::next_due() {
  const StatementUse use{next_due_};
  if (!next_due_.executeStep() || next_due_.isColumnNull(0)) return std::nullopt;
  return QueueTime{std::chrono::microseconds{next_due_.getColumn(0).getInt64()}};
}

std::vector<StoredMessage> QueueStore::waiting_after(std::int64_t position, std::size_t limit, std::size_t room) {
  const StatementUse use{select_waiting_};
  select_waiting_.bind(2, position);
  select_waiting_.bind(3, static_cast<std::int64_t>(limit));
  std::vector<StoredMessage> messages;
  std::size_t taken = 0;
  while (taken < room && select_waiting_.executeStep()) {
    messages.push_back({.position = select_waiting_.getColumn(0).getInt64(),
                        .message = read_message(select_waiting_, 2),
                        .deliveries = select_waiting_.getColumn(1).getUInt()});
    taken += memory_for(messages.back().message.body.size());
  }
  return messages;
}

void QueueStore::forget_handed_out() {
  set_handed_out(0);
  charged_until_ = 0;
  database_.exec("UPDATE handed_out SET charged_until = 0");
}

std::uint64_t QueueStore::count_waiting_after(std::int64_t position) {
  const StatementUse use{count_waiting_};
  count_waiting_.bind(2, position);
  count_waiting_.executeStep();
  return static_cast<std::uint64_t>(count_waiting_.getColumn(0).getInt64());
}

void QueueStore::set_handed_out(std::int64_t position) {
  const StatementUse use{set_handed_out_};
  set_handed_out_.bind(1, position);
  set_handed_out_.exec();
}

void QueueStore::remove(std::int64_t position) {
  const StatementUse use{remove_};
  remove_.bind(1, position);
  remove_.exec();
}

std::uint64_t QueueStore::bytes() {
  const auto number = [](SQLite::Statement& pragma) {
    const StatementUse use{pragma};
    pragma.executeStep();
    return pragma.getColumn(0).getInt64();
  };
  return static_cast<std::uint64_t>((number(count_pages_) - number(count_free_pages_)) * page_size_);
}

void QueueStore::check_room(LogState log) {
  // The log first: as long as what is in it does not fit into the database, it would only grow, and eat the room for that.
  if (!move_log_into(database_) && log == LogState::in_doubt) {
    throw SQLite::Exception{"another program reads from it, and what could not be written to the disk is not yet repeated",
                            SQLITE_BUSY};
  }
  SQLite::Transaction taking = begin_writing(database_);
  database_.exec("INSERT INTO room VALUES (zeroblob(" + std::to_string(filler_bytes) + "))");
  taking.commit();
  database_.exec("DELETE FROM room");
}

}  // namespace notifier::embedded
