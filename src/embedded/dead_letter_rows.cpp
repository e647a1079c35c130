#include "embedded/dead_letter_rows.hpp"

#include <algorithm>
#include <string>

#include "embedded/statement_use.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/event_id.hpp"
#include "notifier/notification_row.hpp"
#include "notifier/utf8.hpp"

namespace notifier::embedded {
namespace {

// A dead letter dies again only after it was replayed or discarded; until then what comes is a repeat, or a copy of its
// message.
constexpr const char* insert_statement =
    "INSERT INTO dead_letters (identity, event_id, event_type, reason, error, attempt_count, traceparent, first_failed_at,"
    " body, body_bytes, state, deaths, died_at, to_remove, generation)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'DEAD', 1, ?11, 0, ?12)"
    " ON CONFLICT (identity) DO UPDATE SET deaths = deaths + (state <> 'DEAD'),"
    " died_at = CASE state WHEN 'DEAD' THEN died_at ELSE excluded.died_at END,"
    " edited_body = CASE state WHEN 'DEAD' THEN edited_body END, reason = excluded.reason, error = excluded.error,"
    " attempt_count = excluded.attempt_count, generation = excluded.generation, state = 'DEAD'";

}  // namespace

DeadLetterRows::DeadLetterRows(SQLite::Database& database) : insert_{database, insert_statement} {}

void DeadLetterRows::keep(const Message& message, std::int64_t now, bool has_notification) {
  const StatementUse use{insert_};
  const DeadLetter death = message.dead_letter.value_or(moved_by_broker({}));
  insert_.bind(1, dead_letter_identity(message));
  insert_.bind(2);
  if (is_valid_event_id(message.event_id)) insert_.bindNoCopy(2, message.event_id);
  insert_.bind(3, valid_utf8(message.event_type, 255));
  insert_.bind(4, valid_utf8(death.reason, 64));
  insert_.bind(5, storable_error(death.last_error));
  insert_.bind(6, message.attempt.value_or(0));
  insert_.bind(7, valid_utf8(message.traceparent, 255));
  insert_.bind(8, valid_utf8(message.first_failed_at, 64));
  insert_.bind(9);
  if (!has_notification) {
    const std::size_t kept = std::min(message.body.size(), max_dead_letter_body_bytes);
    insert_.bindNoCopy(9, message.body.data(), static_cast<int>(kept));
  }
  insert_.bind(10, static_cast<std::int64_t>(message.body.size()));
  insert_.bind(11, now);
  insert_.bind(12, message.generation.value_or(0));
  insert_.exec();
}

}  // namespace notifier::embedded
