#include "embedded/retention_store.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <utility>
#include <vector>

#include "embedded/columns.hpp"
#include "embedded/database.hpp"

namespace notifier::embedded {
namespace {

/// More than a batch of usual events leaves.
constexpr int pages_given_back_a_batch = 1000;

/// Oldest first, from behind the cursor.
void bind_range(SQLite::Statement& select, const PurgeRequest& request, std::int64_t cutoff) {
  select.bind(":cutoff", cutoff);
  select.bind(":after_time", request.after ? request.after->at_us : 0);
  select.bind(":limit", static_cast<std::int64_t>(request.limit));
}

std::int64_t number_in(const PurgeRequest& request) { return request.after ? std::stoll(request.after->id) : 0; }

}  // namespace

PurgedBatch RetentionStore::purge(const PurgeRequest& request) {
  SQLite::Transaction transaction{
      database_, request.only_count ? SQLite::TransactionBehavior::DEFERRED : SQLite::TransactionBehavior::IMMEDIATE};
  PurgedBatch batch;
  switch (request.what) {
    case Expiring::payloads:
    case Expiring::sent:
      batch = purge_notifications(request);
      break;
    case Expiring::dead_letters:
      batch = purge_dead_letters(request);
      break;
    case Expiring::replays:
      batch = purge_replays(request);
      break;
  }
  transaction.commit();
  if (batch.purged > 0 && !request.only_count) give_back_pages(database_, pages_given_back_a_batch);
  return batch;
}

/// A notification that was replayed was sent long after it was created. A recipient is known as long as the payload is.
/// Without the row, the replay of a dead letter of the same event would send it again.
PurgedBatch RetentionStore::purge_notifications(const PurgeRequest& request) {
  const bool only_payload = request.what == Expiring::payloads;
  SQLite::Statement select{
      database_,
      "SELECT event_id, created_at, status = 'SENT' AND updated_at < :cutoff AND CASE WHEN :only_payload"
      " THEN recipient <> '' ELSE NOT EXISTS (SELECT 1 FROM dead_letters WHERE dead_letters.event_id = "
      "notifications.event_id"
      " AND (state = 'DEAD' OR to_remove)) END"
      " FROM notifications INDEXED BY notifications_by_creation WHERE created_at < :cutoff"
      " AND (created_at, event_id) > (:after_time, :after_id) ORDER BY created_at, event_id LIMIT :limit"};
  bind_range(select, request, microseconds_now() - in_microseconds(request.older_than));
  select.bind(":after_id", request.after ? request.after->id : "");
  select.bind(":only_payload", only_payload ? 1 : 0);
  PurgedBatch batch;
  std::vector<std::string> expired;
  while (select.executeStep()) {
    if (number(select, 2) == 1) expired.push_back(text(select, 0));
    batch.next = {.at_us = number(select, 1), .id = text(select, 0)};
  }
  batch.purged = expired.size();
  if (request.only_count) return batch;
  for (const std::string& event_id : expired) only_payload ? forget_payload(event_id) : delete_notification(event_id);
  return batch;
}

void RetentionStore::forget_payload(const std::string& event_id) {
  for (const char* const sql : {"UPDATE notifications SET payload = 'null', recipient = '' WHERE event_id = ?",
                                "UPDATE dead_letters SET body = NULL, edited_body = NULL, original_payload = NULL WHERE "
                                "state <> 'DEAD' AND event_id = ?"}) {
    SQLite::Statement update{database_, sql};
    update.bind(1, event_id);
    update.exec();
  }
}

void RetentionStore::delete_notification(const std::string& event_id) {
  for (const char* const sql :
       {"DELETE FROM notifications WHERE event_id = ?", "DELETE FROM notification_attempts WHERE event_id = ?"}) {
    SQLite::Statement text{database_, sql};
    text.bind(1, event_id);
    text.exec();
  }
}

/// Those that a replay has still to take are left alone. One that retention has discarded was counted then.
PurgedBatch RetentionStore::purge_dead_letters(const PurgeRequest& request) {
  SQLite::Statement select{
      database_,
      "SELECT id, died_at, state = 'DEAD', to_remove, COALESCE(closed_by, '') = :by, EXISTS (SELECT 1 FROM replays"
      " JOIN replay_items ON replay_id = replays.id WHERE dead_letter_id = dead_letters.id AND replays.state = 'RUNNING'"
      " AND replay_items.state IN ('PENDING', 'PUBLISHING')) FROM dead_letters INDEXED BY dead_letters_by_death"
      " WHERE died_at < :cutoff AND (died_at, id) > (:after_time, :after_id) ORDER BY died_at, id LIMIT :limit"};
  bind_range(select, request, microseconds_now() - in_microseconds(request.older_than));
  select.bind(":after_id", number_in(request));
  select.bind(":by", std::string{discarded_by_retention});
  PurgedBatch batch;
  std::vector<std::int64_t> dead;
  std::vector<std::int64_t> closed;
  while (select.executeStep()) {
    batch.next = {.at_us = number(select, 1), .id = text(select, 0)};
    const bool is_dead = number(select, 2) == 1;
    const bool may_be_in_queue = number(select, 3) == 1;
    const bool was_counted = !is_dead && number(select, 4) == 1;
    const bool is_to_be_replayed = number(select, 5) == 1;
    if (is_to_be_replayed || (!is_dead && may_be_in_queue)) continue;
    (is_dead ? dead : closed).push_back(number(select, 0));
    if (!was_counted) ++batch.purged;
  }
  if (request.only_count) return batch;
  for (const std::int64_t id : dead) discard(id);
  for (const std::int64_t id : closed) delete_dead_letter(id);
  return batch;
}

void RetentionStore::discard(std::int64_t dead_letter_id) {
  SQLite::Statement update{database_,
                           "UPDATE dead_letters SET closed_at = ?, to_remove = TRUE, state = 'DISCARDED', closed_by = ?,"
                           " discard_reason = 'older than RETENTION_DEAD' WHERE id = ?"};
  update.bind(1, microseconds_now());
  update.bind(2, std::string{discarded_by_retention});
  update.bind(3, dead_letter_id);
  update.exec();
}

void RetentionStore::delete_dead_letter(std::int64_t dead_letter_id) {
  SQLite::Statement select{
      database_,
      "SELECT notifications.event_id FROM dead_letters JOIN notifications ON identity = 'event:' || notifications.event_id"
      " AND dead_letters.event_id = notifications.event_id WHERE status = 'FAILED_DLQ' AND dead_letters.id = ?"};
  select.bind(1, dead_letter_id);
  if (select.executeStep()) delete_notification(text(select, 0));
  SQLite::Statement row{database_, "DELETE FROM dead_letters WHERE id = ?"};
  row.bind(1, dead_letter_id);
  row.exec();
}

/// A replay of many dead letters goes in several calls.
PurgedBatch RetentionStore::purge_replays(const PurgeRequest& request) {
  SQLite::Statement select{
      database_, "SELECT id FROM replays WHERE state <> 'RUNNING' AND ended_at < ? AND id > ? ORDER BY id LIMIT 1"};
  select.bind(1, microseconds_now() - in_microseconds(request.older_than));
  select.bind(2, number_in(request));
  if (!select.executeStep()) return {};
  const std::int64_t id = number(select, 0);
  PurgedBatch one{.purged = 1, .next = PurgeCursor{.id = std::to_string(id)}};
  if (request.only_count) return one;
  SQLite::Statement items{database_,
                          "DELETE FROM replay_items WHERE replay_id = ?1 AND dead_letter_id IN"
                          " (SELECT dead_letter_id FROM replay_items WHERE replay_id = ?1 LIMIT ?2)"};
  items.bind(1, id);
  items.bind(2, static_cast<std::int64_t>(request.limit));
  if (static_cast<std::size_t>(items.exec()) == request.limit) {
    return {.purged = 0, .next = request.after.value_or(PurgeCursor{.id = "0"})};
  }
  SQLite::Statement replay{database_, "DELETE FROM replays WHERE id = ?"};
  replay.bind(1, id);
  replay.exec();
  return one;
}

}  // namespace notifier::embedded
