#include "mysql/dead_letter_changes.hpp"

#include <utility>
#include <vector>

#include "mysql/dead_letter_choice.hpp"
#include "mysql/sql_text.hpp"
#include "notifier/event_schema.hpp"

namespace notifier::mysql {
namespace {

SqlResult<std::uint64_t> insert_replay(Connection& connection, unsigned rate, const std::string& requested_by) {
  SqlText insert{connection};
  insert.sql("INSERT INTO replays (state, rate, total, requested_by, created_at) VALUES ('RUNNING', ");
  insert.value(std::uint64_t{rate}).sql(", 0, ").value(requested_by).sql(", UTC_TIMESTAMP(6))");
  if (auto inserted = connection.execute(insert.str()); !inserted) return std::unexpected{std::move(inserted.error())};
  auto rows = connection.query("SELECT LAST_INSERT_ID()");
  if (!rows) return std::unexpected{std::move(rows.error())};
  return rows->next() ? static_cast<std::uint64_t>(rows->number(0)) : 0;
}

/// In a transaction of the caller's.
SqlResult<std::uint64_t> insert_replay_of(Connection& connection, const DeadLetterChoice& choice, unsigned rate,
                                          const std::string& requested_by) {
  const auto replay = insert_replay(connection, rate, requested_by);
  if (!replay) return replay;
  SqlText items{connection};
  items.sql("INSERT INTO replay_items (replay_id, dead_letter_id, deaths, state) SELECT ").value(*replay);
  items.sql(", id, deaths, 'PENDING' FROM dead_letters WHERE ");
  write_condition(items, choice);
  const auto inserted = connection.execute(items.str());
  if (!inserted) return std::unexpected{inserted.error()};
  SqlText total{connection};
  total.sql("UPDATE replays SET total = ").value(inserted->affected).sql(" WHERE id = ").value(*replay);
  if (auto updated = connection.execute(total.str()); !updated) return std::unexpected{std::move(updated.error())};
  return replay;
}

/// What is edited: the payload of a notification, or a message that is none.
SqlResult<void> edit_notification(Connection& connection, std::uint64_t id, const Event& edited) {
  SqlText keep{connection};
  keep.sql("UPDATE dead_letters JOIN notifications ON notifications.event_id = dead_letters.event_id");
  keep.sql(" SET original_payload = COALESCE(original_payload, payload) WHERE dead_letters.id = ").value(id);
  if (auto kept = connection.execute(keep.str()); !kept) return std::unexpected{std::move(kept.error())};
  SqlText update{connection};
  update.sql("UPDATE notifications SET original_fingerprint = COALESCE(original_fingerprint, fingerprint), payload = ");
  update.value(edited.payload).sql(", recipient = ");
  update.value(edited.recipient.email).sql(", fingerprint = ").value(edited.fingerprint);
  update.sql(" WHERE status = 'FAILED_DLQ' AND event_id = (SELECT event_id FROM dead_letters WHERE id = ")
      .value(id)
      .sql(")");
  if (auto updated = connection.execute(update.str()); !updated) return std::unexpected{std::move(updated.error())};
  return {};
}

SqlResult<void> replace_message(Connection& connection, std::uint64_t id, const Event& edited) {
  const std::string body = event_message_body(edited.id, edited.type, edited.timestamp, edited.payload);
  SqlText update{connection};
  update.sql("UPDATE dead_letters SET edited_body = ").value(std::as_bytes(std::span{body})).sql(", event_id = ");
  update.value(edited.id).sql(", event_type = ").value(edited.type).sql(" WHERE id = ").value(id);
  if (auto updated = connection.execute(update.str()); !updated) return std::unexpected{std::move(updated.error())};
  return {};
}

}  // namespace

SqlResult<std::uint64_t> start_replay(Connection& connection, const DeadLetterChoice& choice, unsigned rate,
                                      const std::string& requested_by) {
  auto transaction = Transaction::begin(connection);
  if (!transaction) return std::unexpected{std::move(transaction.error())};
  auto replay = insert_replay_of(connection, choice, rate, requested_by);
  if (!replay) return replay;
  if (auto committed = transaction->commit(); !committed) return std::unexpected{std::move(committed.error())};
  return replay;
}

SqlResult<std::optional<std::uint64_t>> edit_and_replay(Connection& connection, std::uint64_t id, const Event& edited,
                                                        const std::string& requested_by) {
  auto transaction = Transaction::begin(connection);
  if (!transaction) return std::unexpected{std::move(transaction.error())};
  SqlText select{connection};
  select.sql("SELECT EXISTS (SELECT 1 FROM notifications WHERE identity = CONCAT('event:', notifications.event_id))");
  select.sql(" FROM dead_letters WHERE state = 'DEAD' AND id = ").value(id).sql(" FOR UPDATE");
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  if (!rows->next()) return std::nullopt;
  auto changed = rows->number(0) == 1 ? edit_notification(connection, id, edited) : replace_message(connection, id, edited);
  if (!changed) return std::unexpected{std::move(changed.error())};
  auto replay = insert_replay_of(connection, std::vector{id}, 0, requested_by);
  if (!replay) return std::unexpected{std::move(replay.error())};
  if (auto committed = transaction->commit(); !committed) return std::unexpected{std::move(committed.error())};
  return *replay;
}

SqlResult<std::uint64_t> discard_dead_letters(Connection& connection, const DeadLetterChoice& choice,
                                              const std::string& reason, const std::string& requested_by) {
  SqlText update{connection};
  update.sql("UPDATE dead_letters SET closed_at = UTC_TIMESTAMP(6), closed_by = ").value(requested_by);
  update.sql(", discard_reason = ").value(reason).sql(", to_remove = TRUE, state = 'DISCARDED' WHERE ");
  write_condition(update, choice);
  const auto updated = connection.execute(update.str());
  if (!updated) return std::unexpected{updated.error()};
  return updated->affected;
}

}  // namespace notifier::mysql
