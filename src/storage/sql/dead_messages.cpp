#include "storage/sql/dead_messages.hpp"

#include <algorithm>
#include <cstdint>

#include "base/utf8.hpp"
#include "domain/event_id.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/notification_row.hpp"

namespace notifier::sql {
namespace {

/// The columns from `event_id` to `body_bytes`.
void write_message(Statement& statement, const Message& message, std::size_t longest_body) {
  if (is_valid_event_id(message.event_id)) {
    statement.value(message.event_id);
  } else {
    statement.sql("NULL");
  }
  const DeadLetter death = message.dead_letter.value_or(moved_by_broker({}));
  statement.sql(", ").value(valid_utf8(message.event_type, 255)).sql(", ").value(valid_utf8(death.reason, 64));
  statement.sql(", ").value(storable_error(death.last_error)).sql(", ").value(std::uint64_t{message.attempt.value_or(0)});
  statement.sql(", ").value(storable_trace(message.traceparent));
  statement.sql(", ").value(storable_failure_time(message.first_failed_at));
  const std::span kept = std::span{message.body}.first(std::min(message.body.size(), longest_body));
  statement.sql(", ").value(std::as_bytes(kept)).sql(", ").value(std::uint64_t{message.body.size()});
}

}  // namespace

std::string storable_trace(std::string_view traceparent) { return valid_utf8(traceparent, 255); }

std::string storable_failure_time(std::string_view first_failed_at) { return valid_utf8(first_failed_at, 64); }

void record_dead_messages(Session& session, std::span<const Message> messages) {
  const Dialect& dialect = session.dialect();
  const std::size_t longest_body = std::min(max_dead_letter_body_bytes, session.longest_value());
  for (const Message& message : messages) {
    Statement insert{insert_dead_letters};
    insert.sql(" VALUES (").value(dead_letter_identity(message)).sql(", ");
    write_message(insert, message, longest_body);
    insert.sql(", 'DEAD', 1, ").sql(dialect.now()).sql(", FALSE, ").value(std::uint64_t{message.generation.value_or(0)});
    session.execute(insert.sql(")").sql(dialect.or_dead_again));
  }
}

}  // namespace notifier::sql
