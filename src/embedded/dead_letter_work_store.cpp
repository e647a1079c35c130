#include "embedded/dead_letter_work_store.hpp"

#include <SQLiteCpp/Statement.h>

#include <optional>
#include <string>

#include "embedded/columns.hpp"
#include "embedded/database.hpp"
#include "notifier/event_schema.hpp"

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
  for (const Item& item : next_items(replay_id, limit)) {
    if (!item.was_taken && !item.is_good) {
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
  SQLite::Statement update{database_,
                           "UPDATE notifications SET status = 'QUEUED', retries_from = attempt_count, updated_at = ?,"
                           " next_attempt_at = NULL, claimed_until = NULL WHERE status = 'FAILED_DLQ' AND event_id ="
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
      " fingerprint"
      " FROM dead_letters LEFT JOIN notifications ON identity = 'event:' || notifications.event_id"
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
    message.fingerprint = bytes<Fingerprint>(select, 9);
  } else {
    message.body = text(select, 3);
    if (!is_edited) message.attempt = count(select, 5);
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

std::vector<bool> DeadLetterWorkStore::may_go(std::span<const Message> messages) {
  SQLite::Transaction transaction = begin_writing(database_);
  std::vector<bool> answers;
  for (const Message& message : messages) {
    const MessageFate message_fate = fate(message);
    if (message_fate == MessageFate::unknown) rows_.keep(message, microseconds_now(), false);
    answers.push_back(message_fate == MessageFate::may_go);
  }
  transaction.commit();
  return answers;
}

MessageFate DeadLetterWorkStore::fate(const Message& message) {
  SQLite::Statement known{database_, "SELECT state, attempt_count FROM dead_letters WHERE identity = ?"};
  known.bind(1, dead_letter_identity(message));
  if (known.executeStep()) {
    return fate_of(
        message, KnownDeadLetter{.state = dead_letter_state_from(text(known, 0)).value(), .attempt_count = count(known, 1)},
        std::nullopt);
  }
  SQLite::Statement notification{database_, "SELECT status FROM notifications WHERE event_id = ?"};
  notification.bind(1, message.event_id);
  if (!notification.executeStep()) return fate_of(message, std::nullopt, std::nullopt);
  return fate_of(message, std::nullopt, notification_status_from(text(notification, 0)));
}

void DeadLetterWorkStore::note_removal(std::chrono::milliseconds ago) {
  SQLite::Statement update{database_, "UPDATE dead_letters SET to_remove = FALSE WHERE to_remove AND closed_at < ?"};
  update.bind(1, microseconds_now() - in_microseconds(ago));
  update.exec();
}

}  // namespace notifier::embedded
