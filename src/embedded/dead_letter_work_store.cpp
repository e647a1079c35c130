#include "embedded/dead_letter_work_store.hpp"

#include <SQLiteCpp/Statement.h>

#include <optional>
#include <string>

#include "embedded/columns.hpp"
#include "embedded/database.hpp"
#include "notifier/event_schema.hpp"
#include "notifier/routes.hpp"
#include "notifier/sha256.hpp"

namespace notifier::embedded {

std::vector<RunningReplay> DeadLetterWorkStore::running_replays() {
  SQLite::Statement select{database_,
                           "SELECT id, rate FROM replays WHERE state = 'RUNNING' OR state = 'CANCELLED' AND EXISTS"
                           " (SELECT 1 FROM replay_items WHERE replay_id = replays.id AND replay_items.state = 'PUBLISHING')"
                           " ORDER BY id"};
  std::vector<RunningReplay> replays;
  while (select.executeStep()) {
    replays.push_back({.id = static_cast<std::uint64_t>(number(select, 0)), .rate = count(select, 1)});
  }
  return replays;
}

std::vector<DueReplay> DeadLetterWorkStore::take_due(std::uint64_t replay_id, std::size_t limit) {
  SQLite::Transaction transaction = begin_writing(database_);
  const std::int64_t now = microseconds_now();
  std::vector<DueReplay> due;
  std::size_t bytes = 0;
  for (const Item& item : next_items(replay_id, limit)) {
    if (bytes >= most_bytes_taken) break;
    const bool was_sent = !item.was_taken && item.is_good && is_sent(item.dead_letter_id, now);
    if (was_sent) close_as_settled(identity_of(item.dead_letter_id), now);
    if (!item.was_taken && (!item.is_good || was_sent)) {
      set_item(replay_id, item.dead_letter_id, "SKIPPED");
      continue;
    }
    if (!item.was_taken) {
      set_item(replay_id, item.dead_letter_id, "PUBLISHING");
      close_dead_letter(replay_id, item.dead_letter_id, now);
      queue_notification(item.dead_letter_id, now);
    }
    due.push_back(
        {.dead_letter_id = static_cast<std::uint64_t>(item.dead_letter_id), .message = message_of(item.dead_letter_id)});
    bytes += due.back().message.body.size();
  }
  transaction.commit();
  return due;
}

/// Those that a process left behind come first. Nothing new is taken of a replay that has ended.
std::vector<DeadLetterWorkStore::Item> DeadLetterWorkStore::next_items(std::uint64_t replay_id, std::size_t limit) {
  SQLite::Statement select{
      database_,
      "SELECT dead_letter_id, replay_items.state = 'PUBLISHING', dead_letters.state = 'DEAD'"
      " AND dead_letters.deaths = replay_items.deaths"
      " AND (edited_body IS NOT NULL OR body IS NULL OR length(body) = body_bytes)"
      " FROM replays JOIN replay_items ON replay_id = replays.id JOIN dead_letters ON dead_letters.id = dead_letter_id"
      " WHERE (replay_items.state = 'PUBLISHING' OR replay_items.state = 'PENDING' AND replays.state = 'RUNNING')"
      " AND replays.id = ? ORDER BY replay_items.state DESC, dead_letter_id LIMIT ?"};
  select.bind(1, static_cast<std::int64_t>(replay_id));
  select.bind(2, static_cast<std::int64_t>(limit));
  std::vector<Item> items;
  while (select.executeStep()) {
    items.push_back(
        {.dead_letter_id = number(select, 0), .was_taken = number(select, 1) == 1, .is_good = number(select, 2) == 1});
  }
  return items;
}

/// Its event was sent: by another copy of its message, or by the replay of another dead letter.
bool DeadLetterWorkStore::is_sent(std::int64_t dead_letter_id, std::int64_t now) {
  SQLite::Statement select{database_,
                           "SELECT COALESCE(event_id, ''), identity LIKE 'event:%', COALESCE(edited_body, body, '')"
                           " FROM dead_letters WHERE id = ?"};
  select.bind(1, dead_letter_id);
  select.executeStep();
  const auto row = notification(text(select, 0), now);
  if (!row || row->status != NotificationStatus::sent) return false;
  if (number(select, 1) == 1) return true;
  Message message;
  message.body = text(select, 2);
  return is_of_row(message, *row);
}

std::string DeadLetterWorkStore::identity_of(std::int64_t dead_letter_id) {
  SQLite::Statement select{database_, "SELECT identity FROM dead_letters WHERE id = ?"};
  select.bind(1, dead_letter_id);
  select.executeStep();
  return text(select, 0);
}

void DeadLetterWorkStore::set_item(std::uint64_t replay_id, std::int64_t dead_letter_id, const char* state) {
  SQLite::Statement update{database_, "UPDATE replay_items SET state = ? WHERE replay_id = ? AND dead_letter_id = ?"};
  update.bind(1, state);
  update.bind(2, static_cast<std::int64_t>(replay_id));
  update.bind(3, dead_letter_id);
  update.exec();
}

void DeadLetterWorkStore::close_dead_letter(std::uint64_t replay_id, std::int64_t dead_letter_id, std::int64_t now) {
  SQLite::Statement update{database_,
                           "UPDATE dead_letters SET state = 'REPLAYED', closed_at = ?, to_remove = TRUE,"
                           " closed_by = (SELECT requested_by FROM replays WHERE id = ?) WHERE id = ?"};
  update.bind(1, now);
  update.bind(2, static_cast<std::int64_t>(replay_id));
  update.bind(3, dead_letter_id);
  update.exec();
}

void DeadLetterWorkStore::queue_notification(std::int64_t dead_letter_id, std::int64_t now) {
  SQLite::Statement update{
      database_,
      "UPDATE notifications SET status = 'QUEUED', retries_from = attempt_count, updated_at = ?,"
      " next_attempt_at = NULL, claimed_until = NULL, generation = generation + 1,"
      " fanned_out = fanned_out OR attempt_count > 0, lapsed_claims = 0 WHERE status = 'FAILED_DLQ' AND event_id ="
      " (SELECT event_id FROM dead_letters WHERE id = ? AND identity = 'event:' || event_id)"};
  update.bind(1, now);
  update.bind(2, dead_letter_id);
  update.exec();
}

Message DeadLetterWorkStore::message_of(std::int64_t dead_letter_id) {
  SQLite::Statement select{
      database_,
      "SELECT COALESCE(dead_letters.event_id, ''), dead_letters.event_type, dead_letters.traceparent, COALESCE(edited_body, "
      "body, ''),"
      " edited_body IS NOT NULL, dead_letters.attempt_count, event_timestamp, payload, notifications.attempt_count,"
      " notifications.generation, fingerprint, dead_letters.generation, reason, COALESCE(route, '')"
      " FROM dead_letters LEFT JOIN notifications ON notifications.event_id = dead_letters.event_id"
      " AND identity = 'event:' || notifications.event_id"
      " WHERE dead_letters.id = ?"};
  select.bind(1, dead_letter_id);
  select.executeStep();
  const bool is_edited = number(select, 4) == 1;
  const bool is_notification = !select.isColumnNull(7);
  Message message;
  message.event_id = text(select, 0);
  message.event_type = text(select, 1);
  message.traceparent = text(select, 2);
  if (is_notification) {
    message.body = event_message_body(message.event_id, message.event_type, text(select, 6), text(select, 7));
    message.attempt = count(select, 8);
    message.generation = count(select, 9);
    message.fingerprint = sha256_from_bytes(text(select, 10));
    if (is_further_on(text(select, 13), message.event_id)) message.route = text(select, 13);
  } else {
    message.body = text(select, 3);
    if (!is_edited) {
      message.attempt = count(select, 5);
      message.generation = count(select, 11) + 1;
      message.renewals = text(select, 12) == delivery_limit_reason ? most_renewals : 0;
    }
  }
  return message;
}

void DeadLetterWorkStore::finish(std::uint64_t replay_id, std::span<const DueReplay> published) {
  SQLite::Transaction transaction = begin_writing(database_);
  for (const DueReplay& due : published) {
    set_item(replay_id, static_cast<std::int64_t>(due.dead_letter_id), "REPLAYED");
  }
  SQLite::Statement end{
      database_,
      "UPDATE replays SET state = 'DONE', ended_at = ?1 WHERE state = 'RUNNING' AND id = ?2 AND NOT EXISTS"
      " (SELECT 1 FROM replay_items WHERE replay_id = ?2 AND replay_items.state IN ('PENDING', 'PUBLISHING'))"};
  end.bind(1, microseconds_now());
  end.bind(2, static_cast<std::int64_t>(replay_id));
  end.exec();
  transaction.commit();
}

bool DeadLetterWorkStore::has_messages_to_remove() {
  SQLite::Statement select{database_, "SELECT 1 FROM dead_letters WHERE to_remove LIMIT 1"};
  return select.executeStep();
}

std::vector<MessageFate> DeadLetterWorkStore::judge(std::span<const Message> messages) {
  SQLite::Transaction transaction = begin_writing(database_);
  const std::int64_t now = microseconds_now();
  std::vector<MessageFate> fates;
  for (const Message& message : messages) {
    fates.push_back(fate_of(message, known(message), notification(message.event_id, now)));
    if (fates.back() == MessageFate::new_death) rows_.keep(message, now, false);
    if (fates.back() == MessageFate::settled) close_as_settled(dead_letter_identity(message), now);
  }
  transaction.commit();
  return fates;
}

std::optional<KnownDeadLetter> DeadLetterWorkStore::known(const Message& message) {
  SQLite::Statement select{database_, "SELECT state, attempt_count, generation FROM dead_letters WHERE identity = ?"};
  select.bind(1, dead_letter_identity(message));
  if (!select.executeStep()) return std::nullopt;
  return KnownDeadLetter{.state = dead_letter_state_from(text(select, 0)).value(),
                         .attempt_count = count(select, 1),
                         .generation = count(select, 2)};
}

std::optional<NotificationRow> DeadLetterWorkStore::notification(const std::string& event_id, std::int64_t now) {
  SQLite::Statement select{database_,
                           "SELECT status, generation, fingerprint, original_fingerprint, claimed_until IS NOT NULL AND"
                           " claimed_until >= ?2 FROM notifications WHERE event_id = ?1"};
  select.bind(1, event_id);
  select.bind(2, now);
  if (!select.executeStep()) return std::nullopt;
  NotificationRow row;
  row.status = notification_status_from(text(select, 0)).value();
  row.generation = count(select, 1);
  row.fingerprint = sha256_from_bytes(text(select, 2)).value_or(Fingerprint{});
  row.original_fingerprint = sha256_from_bytes(text(select, 3));
  row.claim = number(select, 4) == 1 ? ClaimState::live : ClaimState::none;
  return row;
}

void DeadLetterWorkStore::close_as_settled(const std::string& identity, std::int64_t now) {
  SQLite::Statement update{database_,
                           "UPDATE dead_letters SET closed_at = ?, closed_by = ?, discard_reason = ?, to_remove = TRUE,"
                           " state = 'DISCARDED' WHERE state = 'DEAD' AND identity = ?"};
  update.bind(1, now);
  update.bind(2, std::string{closed_as_settled});
  update.bind(3, std::string{settled_reason});
  update.bind(4, identity);
  update.exec();
}

void DeadLetterWorkStore::note_removal(std::chrono::milliseconds ago) {
  SQLite::Statement update{database_, "UPDATE dead_letters SET to_remove = FALSE WHERE to_remove AND closed_at < ?"};
  update.bind(1, microseconds_now() - in_microseconds(ago));
  update.exec();
}

}  // namespace notifier::embedded
