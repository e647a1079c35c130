#include "storage/sql/dead_letter_changes.hpp"

#include <span>
#include <vector>

#include "domain/event_schema.hpp"
#include "storage/sql/dead_letter_choice.hpp"
#include "storage/sql/dead_letter_rows.hpp"

namespace notifier::sql {
namespace {

/// In a transaction of the caller's.
std::uint64_t insert_replay(Session& session, const DeadLetterChoice& choice, unsigned rate,
                            const std::string& requested_by) {
  Statement insert{"INSERT INTO replays (state, rate, total, requested_by, created_at) VALUES ('RUNNING', "};
  insert.value(std::uint64_t{rate}).sql(", 0, ").value(requested_by).sql(", ").sql(session.dialect().now()).sql(")");
  session.execute(insert);
  const std::uint64_t replay = session.last_insert_id();
  Statement items{"INSERT INTO replay_items (replay_id, dead_letter_id, deaths, state) SELECT "};
  items.value(replay).sql(", id, deaths, 'PENDING' FROM dead_letters WHERE ");
  write_condition(items, session.dialect(), choice);
  const std::uint64_t total = session.execute(items);
  Statement update{"UPDATE replays SET total = "};
  session.execute(update.value(total).sql(" WHERE id = ").value(replay));
  return replay;
}

/// The event of a dead letter that is a notification; nothing of one that is not. Nobody else changes the dead letter.
struct Edited {
  std::optional<std::string> event_id;
};

std::optional<Edited> lock_dead(Session& session, std::uint64_t id) {
  Statement select{"SELECT notifications.event_id FROM dead_letters LEFT"};
  select.sql(join_notification).sql(" AND ").sql(is_own).sql(" WHERE state = 'DEAD' AND dead_letters.id = ").value(id);
  const auto rows = session.query(select.sql(session.dialect().for_update));
  if (!rows->next()) return std::nullopt;
  return rows->is_null(0) ? Edited{} : Edited{.event_id = rows->string(0)};
}

void edit_notification(Session& session, std::uint64_t id, const std::string& event_id, const Event& edited) {
  Statement keep{"UPDATE dead_letters SET original_payload = COALESCE(original_payload,"};
  keep.sql(" (SELECT payload FROM notifications WHERE event_id = ").value(event_id).sql(")) WHERE id = ").value(id);
  session.execute(keep);
  Statement update{
      "UPDATE notifications SET original_fingerprint = COALESCE(original_fingerprint, fingerprint), payload = "};
  update.value(edited.payload).sql(", recipient = ").value(edited.recipient.email).sql(", fingerprint = ");
  update.value(edited.fingerprint).sql(" WHERE status = 'FAILED_DLQ' AND event_id = ").value(event_id);
  session.execute(update);
}

void replace_message(Session& session, std::uint64_t id, const Event& edited) {
  const std::string body = event_message_body(edited.id, edited.type, edited.timestamp, edited.payload);
  Statement update{"UPDATE dead_letters SET edited_body = "};
  update.value(std::as_bytes(std::span{body})).sql(", event_id = ").value(edited.id).sql(", event_type = ");
  session.execute(update.value(edited.type).sql(" WHERE id = ").value(id));
}

}  // namespace

std::uint64_t start_replay(Session& session, const DeadLetterChoice& choice, unsigned rate,
                           const std::string& requested_by) {
  Transaction transaction{session, Access::writing};
  const std::uint64_t replay = insert_replay(session, choice, rate, requested_by);
  transaction.commit();
  return replay;
}

std::optional<std::uint64_t> edit_and_replay(Session& session, std::uint64_t id, const Event& edited,
                                             const std::string& requested_by) {
  Transaction transaction{session, Access::writing};
  const auto dead = lock_dead(session, id);
  if (!dead) return std::nullopt;
  dead->event_id ? edit_notification(session, id, *dead->event_id, edited) : replace_message(session, id, edited);
  const std::uint64_t replay = insert_replay(session, std::vector{id}, 0, requested_by);
  transaction.commit();
  return replay;
}

std::uint64_t discard_dead_letters(Session& session, const DeadLetterChoice& choice, const std::string& reason,
                                   const std::string& requested_by) {
  Statement update{"UPDATE dead_letters SET closed_at = "};
  update.sql(session.dialect().now()).sql(", closed_by = ").value(requested_by).sql(", discard_reason = ").value(reason);
  write_condition(update.sql(", to_remove = TRUE, state = 'DISCARDED' WHERE "), session.dialect(), choice);
  return session.execute(update);
}

bool cancel_replay(Session& session, std::uint64_t id) {
  Transaction transaction{session, Access::writing};
  Statement replay{"UPDATE replays SET state = 'CANCELLED', ended_at = "};
  replay.sql(session.dialect().now()).sql(" WHERE state = 'RUNNING' AND id = ").value(id);
  if (session.execute(replay) == 0) return false;
  Statement items{"UPDATE replay_items SET state = 'CANCELLED' WHERE state = 'PENDING' AND replay_id = "};
  session.execute(items.value(id));
  transaction.commit();
  return true;
}

}  // namespace notifier::sql
