#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/sql/dead_letter_rows.hpp"
#include "storage/sql/ports.hpp"
#include "storage/sql/work_lease.hpp"

namespace notifier::sql {
namespace {

using EventIds = std::vector<std::string>;
using Ids = std::vector<std::uint64_t>;

/// Rows from the oldest on, or from behind a cursor. A comparison of the pair alone would not be recognised as a range of
/// the index.
template <typename Id>
void write_oldest(Statement& statement, const Dialect& dialect, const PurgeRequest& request, std::string_view time_column,
                  std::string_view id_column, const std::optional<Id>& after_id) {
  statement.sql(time_column).sql(" < ").sql(dialect.before_now(request.older_than));
  if (request.after && after_id) {
    const std::string time = dialect.time_at(request.after->at_us);
    statement.sql(" AND ").sql(time_column).sql(" >= ").sql(time).sql(" AND (").sql(time_column).sql(" > ").sql(time);
    statement.sql(" OR ").sql(id_column).sql(" > ").value(*after_id).sql(")");
  }
  statement.sql(" ORDER BY ").sql(time_column).sql(", ").sql(id_column).sql(" LIMIT ").value(request.limit);
  if (!request.only_count) statement.sql(dialect.for_update_skip_locked);
}

/// What a row takes, in bytes, that has such columns or subqueries. Nothing needs it when rows are only counted.
std::string size_of(const Dialect& dialect, const PurgeRequest& request, std::initializer_list<std::string_view> columns) {
  std::string sum = "0";
  if (request.only_count) return sum;
  for (const std::string_view column : columns) sum += " + COALESCE(" + dialect.length(column) + ", 0)";
  return sum;
}

std::optional<std::uint64_t> number_after(const PurgeRequest& request) {
  return request.after ? std::optional{std::uint64_t{std::stoull(request.after->id)}} : std::nullopt;
}

void delete_with_event_ids(Session& session, std::string_view table, const EventIds& ids) {
  Statement text{"DELETE FROM "};
  session.execute(text.sql(table).sql(" WHERE event_id IN ").values_in_brackets(ids));
}

/// Call it in the transaction that has found that they can be deleted.
void delete_notifications(Session& session, const EventIds& ids) {
  if (ids.empty()) return;
  delete_with_event_ids(session, "notifications", ids);
  delete_with_event_ids(session, "notification_attempts", ids);
  if (session.dialect().watches_notifications) delete_with_event_ids(session, "watched_notifications", ids);
}

/// What is read and written again by a replay must not stay there when the payload of the notification goes.
void forget_payloads(Session& session, const EventIds& ids) {
  if (ids.empty()) return;
  Statement notifications{"UPDATE notifications SET payload = 'null', recipient = '' WHERE event_id IN "};
  session.execute(notifications.values_in_brackets(ids));
  Statement dead_letters{
      "UPDATE dead_letters SET body = NULL, edited_body = NULL, original_payload = NULL"
      " WHERE state <> 'DEAD' AND event_id IN "};
  session.execute(dead_letters.values_in_brackets(ids));
}

/// A notification that was replayed was sent long after it was created. A recipient is known as long as the payload is.
/// Without the row, the replay of a dead letter of the same event would send it again. What is locked is at work: it is
/// left to a later pass.
Statement select_oldest_notifications(const Dialect& dialect, const PurgeRequest& request) {
  Statement select{"SELECT event_id, "};
  select.sql(dialect.microseconds("created_at")).sql(", status = 'SENT' AND updated_at < ");
  select.sql(dialect.before_now(request.older_than));
  if (request.what == RetentionCategory::payloads) {
    select.sql(" AND recipient <> ''");
  } else {
    select.sql(" AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE dead_letters.event_id = notifications.event_id");
    select.sql(" AND (state = 'DEAD' OR to_remove))");
  }
  select.sql(", ").sql(size_of(dialect, request, {"payload"}));
  select.sql(" FROM ").sql(dialect.notifications_by_creation).sql(" WHERE ");
  const auto after = request.after ? std::optional{request.after->id} : std::nullopt;
  write_oldest(select, dialect, request, "created_at", "event_id", after);
  return select;
}

PurgedBatch purge_notifications(Session& session, const PurgeRequest& request) {
  PurgedBatch batch;
  EventIds expired;
  {
    const auto rows = session.query(select_oldest_notifications(session.dialect(), request));
    for (std::int64_t bytes = 0; bytes < session.dialect().most_bytes_purged && rows->next();) {
      batch.next = {.at_us = rows->number(1), .id = rows->string(0)};
      if (!rows->is_true(2)) continue;
      expired.push_back(rows->string(0));
      bytes += rows->number(3);
    }
  }
  batch.purged = expired.size();
  if (request.only_count) return batch;
  request.what == RetentionCategory::payloads ? forget_payloads(session, expired) : delete_notifications(session, expired);
  return batch;
}

/// It goes with the dead letter.
constexpr std::string_view payload_of_notification =
    "(SELECT payload FROM notifications WHERE notifications.event_id = dead_letters.event_id)";

/// One call that purges dead letters.
class DeadLetterPurge {
 public:
  DeadLetterPurge(Session& session, const PurgeRequest& request) : session_{session}, request_{request} {}

  PurgedBatch run() {
    find();
    if (!request_.only_count) {
      discard();
      delete_closed();
    }
    return std::move(batch_);
  }

 private:
  /// Those that a replay has still to take are left alone. One that retention has discarded was counted then.
  void find() {
    const Dialect& dialect = session_.dialect();
    Statement select{"SELECT id, "};
    select.sql(dialect.microseconds("died_at")).sql(", state = 'DEAD', to_remove, COALESCE(closed_by, '') = ");
    select.value(discarded_by_retention).sql(", EXISTS (SELECT 1 FROM replays JOIN replay_items ON replay_id = replays.id");
    select.sql(" WHERE dead_letter_id = dead_letters.id AND replay_items.state IN ('PENDING', 'PUBLISHING')");
    select.sql(" AND replays.state = 'RUNNING'), ");
    select.sql(size_of(dialect, request_, {"body", "edited_body", "original_payload", payload_of_notification}));
    select.sql(" FROM ").sql(dialect.dead_letters_by_death).sql(" WHERE ");
    write_oldest(select, dialect, request_, "died_at", "id", number_after(request_));
    const auto rows = session_.query(select);
    for (std::int64_t bytes = 0; bytes < dialect.most_bytes_purged && rows->next();) {
      batch_.next = {.at_us = rows->number(1), .id = rows->string(0)};
      const bool is_dead = rows->is_true(2);
      const bool may_be_in_queue = rows->is_true(3);
      const bool was_counted = !is_dead && rows->is_true(4);
      const bool is_to_be_replayed = rows->is_true(5);
      if (is_to_be_replayed || (!is_dead && may_be_in_queue)) continue;
      (is_dead ? dead_ : closed_).push_back(rows->id(0));
      if (!was_counted) ++batch_.purged;
      bytes += rows->number(6);
    }
  }

  void discard() {
    if (dead_.empty()) return;
    Statement update{"UPDATE dead_letters SET to_remove = TRUE, state = 'DISCARDED', closed_at = "};
    update.sql(session_.dialect().now()).sql(", closed_by = ").value(discarded_by_retention);
    update.sql(", discard_reason = 'older than RETENTION_DEAD' WHERE id IN ");
    session_.execute(update.values_in_brackets(dead_));
  }

  void delete_closed() {
    if (closed_.empty()) return;
    delete_notifications(session_, their_notifications());
    Statement text{"DELETE FROM dead_letters WHERE id IN "};
    session_.execute(text.values_in_brackets(closed_));
  }

  EventIds their_notifications() {
    Statement select{"SELECT notifications.event_id FROM dead_letters"};
    select.sql(join_notification).sql(" AND ").sql(is_own).sql(" WHERE status = 'FAILED_DLQ' AND dead_letters.id IN ");
    const auto rows = session_.query(select.values_in_brackets(closed_).sql(session_.dialect().for_update));
    EventIds ids;
    while (rows->next()) ids.push_back(rows->string(0));
    return ids;
  }

  Session& session_;
  const PurgeRequest& request_;
  Ids dead_;
  Ids closed_;  ///< their messages have left the dead letter queue
  PurgedBatch batch_;
};

/// The oldest replay that can be deleted, if there is one.
std::optional<std::uint64_t> find_ended_replay(Session& session, const PurgeRequest& request) {
  Statement select{"SELECT id FROM replays WHERE state <> 'RUNNING' AND ended_at < "};
  select.sql(session.dialect().before_now(request.older_than));
  if (const auto after = number_after(request)) select.sql(" AND id > ").value(*after);
  const auto rows = session.query(select.sql(" ORDER BY id LIMIT 1"));
  if (!rows->next()) return std::nullopt;
  return rows->id(0);
}

/// How many there were, `limit` at most.
std::size_t delete_items(Session& session, std::uint64_t replay_id, std::size_t limit) {
  Ids ids;
  {
    Statement select{"SELECT dead_letter_id FROM replay_items WHERE replay_id = "};
    const auto rows = session.query(select.value(replay_id).sql(" LIMIT ").value(limit));
    while (rows->next()) ids.push_back(rows->id(0));
  }
  if (ids.empty()) return 0;
  Statement items{"DELETE FROM replay_items WHERE replay_id = "};
  session.execute(items.value(replay_id).sql(" AND dead_letter_id IN ").values_in_brackets(ids));
  return ids.size();
}

/// A replay of many dead letters goes in several calls.
PurgedBatch purge_replays(Session& session, const PurgeRequest& request) {
  const auto id = find_ended_replay(session, request);
  if (!id) return {};
  PurgedBatch one{.purged = 1, .next = PurgeCursor{.id = std::to_string(*id)}};
  if (request.only_count) return one;
  if (delete_items(session, *id, request.limit) == request.limit) {
    return {.purged = 0, .next = request.after.value_or(PurgeCursor{.id = "0"})};
  }
  Statement replay{"DELETE FROM replays WHERE id = "};
  session.execute(replay.value(*id));
  return one;
}

PurgedBatch purge_next(Session& session, const PurgeRequest& request) {
  switch (request.what) {
    case RetentionCategory::dead_letters:
      return DeadLetterPurge{session, request}.run();
    case RetentionCategory::replays:
      return purge_replays(session, request);
    default:
      return purge_notifications(session, request);
  }
}

PurgedBatch purge_at_once(Session& session, const PurgeRequest& request) {
  Transaction transaction{session, request.only_count ? Access::reading : Access::writing};
  PurgedBatch batch = purge_next(session, request);
  transaction.commit();
  if (batch.purged > 0 && !request.only_count) session.give_back_room();
  return batch;
}

class SqlRetention final : public Retention {
 public:
  explicit SqlRetention(std::unique_ptr<Sessions> sessions) : sessions_{std::move(sessions)} {}

  std::expected<bool, RepositoryError> hold(const ClaimToken& holder, std::chrono::milliseconds duration) override {
    return sessions_->run([&](Session& session) { return hold_work(session, "retention", holder, duration); });
  }

  std::expected<PurgedBatch, RepositoryError> purge(const PurgeRequest& request) override {
    return sessions_->run([&](Session& session) { return purge_at_once(session, request); });
  }

 private:
  const std::unique_ptr<Sessions> sessions_;
};

}  // namespace

std::unique_ptr<Retention> make_retention(std::unique_ptr<Sessions> sessions) {
  return std::make_unique<SqlRetention>(std::move(sessions));
}

}  // namespace notifier::sql
