#include "mysql/expired_rows.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mysql/sql_text.hpp"
#include "mysql/sql_time.hpp"

namespace notifier::mysql {
namespace {

using EventIds = std::vector<std::string>;
using Ids = std::vector<std::uint64_t>;

/// Rows from the oldest on, or from behind a cursor. A comparison of the pair alone would not be recognised as a range of
/// the index.
template <typename Id>
void write_oldest(SqlText& text, const PurgeRequest& request, std::string_view time_column, std::string_view id_column,
                  const std::optional<Id>& after_id) {
  text.sql(time_column).sql(" < ").sql(time_before_now(request.older_than));
  if (request.after && after_id) {
    const std::string time = time_at_microseconds(request.after->at_us);
    text.sql(" AND ").sql(time_column).sql(" >= ").sql(time).sql(" AND (").sql(time_column).sql(" > ").sql(time);
    text.sql(" OR ").sql(id_column).sql(" > ").value(*after_id).sql(")");
  }
  text.sql(" ORDER BY ").sql(time_column).sql(", ").sql(id_column).sql(" LIMIT ").value(request.limit);
}

SqlResult<void> change(Connection& connection, const SqlText& statement) {
  if (auto changed = connection.execute(statement.str()); !changed) return std::unexpected{std::move(changed.error())};
  return {};
}

SqlResult<void> delete_with_event_ids(Connection& connection, std::string_view table, const EventIds& ids) {
  if (ids.empty()) return {};
  SqlText text{connection};
  text.sql("DELETE FROM ").sql(table).sql(" WHERE event_id IN (");
  text.list(ids, [&](const std::string& id) { text.value(id); }).sql(")");
  return change(connection, text);
}

/// In a transaction of the caller's, which has found that they may go.
SqlResult<void> delete_notifications(Connection& connection, const EventIds& ids) {
  for (const std::string_view table : {"notifications", "notification_attempts", "watched_notifications"}) {
    if (auto deleted = delete_with_event_ids(connection, table, ids); !deleted) return deleted;
  }
  return {};
}

/// What is read and written again by a replay must not stay there when the payload of the notification goes.
SqlResult<void> forget_payloads(Connection& connection, const EventIds& ids) {
  if (ids.empty()) return {};
  SqlText notifications{connection};
  notifications.sql("UPDATE notifications SET payload = 'null', recipient = '' WHERE event_id IN (");
  notifications.list(ids, [&](const std::string& id) { notifications.value(id); }).sql(")");
  if (auto changed = change(connection, notifications); !changed) return changed;
  SqlText dead_letters{connection};
  dead_letters.sql("UPDATE dead_letters SET body = NULL, edited_body = NULL, original_payload = NULL");
  dead_letters.sql(" WHERE state <> 'DEAD' AND event_id IN (");
  dead_letters.list(ids, [&](const std::string& id) { dead_letters.value(id); }).sql(")");
  return change(connection, dead_letters);
}

/// One call of `purge_notifications`.
class NotificationPurge {
 public:
  NotificationPurge(Connection& connection, const PurgeRequest& request) : connection_{connection}, request_{request} {}

  SqlResult<PurgedBatch> run() {
    auto transaction = Transaction::begin(connection_);
    if (!transaction) return std::unexpected{std::move(transaction.error())};
    if (auto found = find(); !found) return std::unexpected{std::move(found.error())};
    if (!request_.only_count) {
      auto done = request_.what == Expiring::payloads ? forget_payloads(connection_, expired_)
                                                      : delete_notifications(connection_, expired_);
      if (!done) return std::unexpected{std::move(done.error())};
    }
    if (auto committed = transaction->commit(); !committed) return std::unexpected{std::move(committed.error())};
    return PurgedBatch{.purged = expired_.size(), .next = std::move(next_)};
  }

 private:
  /// A notification that was replayed was sent long after it was created. A recipient is known as long as the payload is.
  /// Without the row, the replay of a dead letter of the same event would send it again. What is locked is at work: it is
  /// left to a later pass.
  SqlResult<void> find() {
    SqlText select{connection_};
    select.sql("SELECT event_id, ").sql(as_microseconds("created_at")).sql(", status = 'SENT' AND updated_at < ");
    select.sql(time_before_now(request_.older_than));
    if (request_.what == Expiring::payloads) {
      select.sql(" AND recipient <> ''");
    } else {
      select.sql(" AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE dead_letters.event_id = notifications.event_id");
      select.sql(" AND (state = 'DEAD' OR to_remove))");
    }
    select.sql(" FROM notifications FORCE INDEX (created_at) WHERE ");
    const auto after = request_.after ? std::optional{request_.after->id} : std::nullopt;
    write_oldest(select, request_, "created_at", "event_id", after);
    if (!request_.only_count) select.sql(" FOR UPDATE SKIP LOCKED");
    auto rows = connection_.query(select.str());
    if (!rows) return std::unexpected{std::move(rows.error())};
    while (rows->next()) {
      if (rows->number(2) == 1) expired_.emplace_back(rows->text(0));
      next_ = {.at_us = rows->number(1), .id = std::string{rows->text(0)}};
    }
    return {};
  }

  Connection& connection_;
  const PurgeRequest& request_;
  EventIds expired_;
  std::optional<PurgeCursor> next_;
};

/// One call of `purge_dead_letters`.
class DeadLetterPurge {
 public:
  DeadLetterPurge(Connection& connection, const PurgeRequest& request) : connection_{connection}, request_{request} {}

  SqlResult<PurgedBatch> run() {
    auto transaction = Transaction::begin(connection_);
    if (!transaction) return std::unexpected{std::move(transaction.error())};
    if (auto found = find(); !found) return std::unexpected{std::move(found.error())};
    if (!request_.only_count) {
      if (auto done = discard(); !done) return std::unexpected{std::move(done.error())};
      if (auto done = delete_their_notifications(); !done) return std::unexpected{std::move(done.error())};
      if (auto done = delete_closed(); !done) return std::unexpected{std::move(done.error())};
    }
    if (auto committed = transaction->commit(); !committed) return std::unexpected{std::move(committed.error())};
    return PurgedBatch{.purged = count_, .next = std::move(next_)};
  }

 private:
  /// Those that a replay has still to take are left alone. One that retention has discarded was counted then.
  SqlResult<void> find() {
    SqlText select{connection_};
    select.sql("SELECT id, ").sql(as_microseconds("died_at")).sql(", state = 'DEAD', to_remove, COALESCE(closed_by, '') = ");
    select.value(discarded_by_retention).sql(", EXISTS (SELECT 1 FROM replays JOIN replay_items ON replay_id = replays.id");
    select.sql(" WHERE dead_letter_id = dead_letters.id AND replay_items.state IN ('PENDING', 'PUBLISHING')");
    select.sql(" AND replays.state = 'RUNNING') FROM dead_letters FORCE INDEX (died_at) WHERE ");
    const auto after = request_.after ? std::optional{std::stoull(request_.after->id)} : std::nullopt;
    write_oldest<std::uint64_t>(select, request_, "died_at", "id", after);
    if (!request_.only_count) select.sql(" FOR UPDATE SKIP LOCKED");
    auto rows = connection_.query(select.str());
    if (!rows) return std::unexpected{std::move(rows.error())};
    while (rows->next()) {
      const auto id = static_cast<std::uint64_t>(rows->number(0));
      next_ = {.at_us = rows->number(1), .id = std::to_string(id)};
      const bool is_dead = rows->number(2) == 1;
      const bool may_be_in_queue = rows->number(3) == 1;
      const bool was_counted = !is_dead && rows->number(4) == 1;
      const bool is_to_be_replayed = rows->number(5) == 1;
      if (is_to_be_replayed || (!is_dead && may_be_in_queue)) continue;
      (is_dead ? dead_ : closed_).push_back(id);
      if (!was_counted) ++count_;
    }
    return {};
  }

  SqlResult<void> discard() {
    SqlText update{connection_};
    update.sql("UPDATE dead_letters SET closed_at = UTC_TIMESTAMP(6), to_remove = TRUE, state = 'DISCARDED', closed_by = ");
    update.value(discarded_by_retention).sql(", discard_reason = 'older than RETENTION_DEAD' WHERE id IN (");
    return change_all(update, dead_);
  }

  SqlResult<void> delete_their_notifications() {
    if (closed_.empty()) return {};
    SqlText select{connection_};
    select.sql("SELECT notifications.event_id FROM dead_letters JOIN notifications ON notifications.event_id =");
    select.sql(" dead_letters.event_id AND identity = CONCAT('event:', notifications.event_id)");
    select.sql(" WHERE status = 'FAILED_DLQ' AND dead_letters.id IN (");
    select.list(closed_, [&](std::uint64_t id) { select.value(id); }).sql(") FOR UPDATE");
    auto rows = connection_.query(select.str());
    if (!rows) return std::unexpected{std::move(rows.error())};
    EventIds ids;
    while (rows->next()) ids.emplace_back(rows->text(0));
    return delete_notifications(connection_, ids);
  }

  SqlResult<void> delete_closed() {
    SqlText text{connection_};
    text.sql("DELETE FROM dead_letters WHERE id IN (");
    return change_all(text, closed_);
  }

  SqlResult<void> change_all(SqlText& text, const Ids& ids) {
    if (ids.empty()) return {};
    text.list(ids, [&](std::uint64_t id) { text.value(id); }).sql(")");
    return change(connection_, text);
  }

  Connection& connection_;
  const PurgeRequest& request_;
  Ids dead_;
  Ids closed_;  ///< their messages have left the dead letter queue
  std::uint64_t count_ = 0;
  std::optional<PurgeCursor> next_;
};

/// The oldest replay that may go, if there is one.
SqlResult<std::optional<std::uint64_t>> find_ended_replay(Connection& connection, const PurgeRequest& request) {
  SqlText select{connection};
  select.sql("SELECT id FROM replays WHERE state <> 'RUNNING' AND ended_at < ").sql(time_before_now(request.older_than));
  if (request.after) select.sql(" AND id > ").value(std::stoull(request.after->id));
  select.sql(" ORDER BY id LIMIT 1");
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  if (!rows->next()) return std::nullopt;
  return static_cast<std::uint64_t>(rows->number(0));
}

}  // namespace

SqlResult<PurgedBatch> purge_notifications(Connection& connection, const PurgeRequest& request) {
  return NotificationPurge{connection, request}.run();
}

SqlResult<PurgedBatch> purge_dead_letters(Connection& connection, const PurgeRequest& request) {
  return DeadLetterPurge{connection, request}.run();
}

/// A replay of many dead letters goes in several calls.
SqlResult<PurgedBatch> purge_replays(Connection& connection, const PurgeRequest& request) {
  const auto id = find_ended_replay(connection, request);
  if (!id) return std::unexpected{id.error()};
  if (!*id) return PurgedBatch{};
  const PurgeCursor here{.at_us = 0, .id = std::to_string(**id)};
  if (request.only_count) return PurgedBatch{.purged = 1, .next = here};
  SqlText items{connection};
  items.sql("DELETE FROM replay_items WHERE replay_id = ").value(**id).sql(" LIMIT ").value(request.limit);
  const auto deleted = connection.execute(items.str());
  if (!deleted) return std::unexpected{deleted.error()};
  if (deleted->affected == request.limit)
    return PurgedBatch{.purged = 0, .next = request.after.value_or(PurgeCursor{.id = "0"})};
  SqlText replay{connection};
  replay.sql("DELETE FROM replays WHERE id = ").value(**id);
  if (auto done = change(connection, replay); !done) return std::unexpected{std::move(done.error())};
  return PurgedBatch{.purged = 1, .next = here};
}

}  // namespace notifier::mysql
