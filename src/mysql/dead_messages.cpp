#include "mysql/dead_messages.hpp"

#include <algorithm>
#include <cstdint>

#include "mysql/sql_text.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/event_id.hpp"
#include "notifier/notification_row.hpp"
#include "notifier/utf8.hpp"

namespace notifier::mysql {
namespace {

/// In hexadecimal digits, with all else that the statement has.
std::size_t longest_body(const Connection& connection) {
  constexpr std::size_t room_for_the_rest = 32UL * 1024;
  return std::min(max_dead_letter_body_bytes, connection.room_beside(room_for_the_rest) / 2);
}

/// The columns from `event_id` to `body_bytes`.
void write_message(SqlText& text, const Message& message, std::size_t longest_body) {
  if (is_valid_event_id(message.event_id)) {
    text.value(message.event_id);
  } else {
    text.sql("NULL");
  }
  const DeadLetter death = message.dead_letter.value_or(moved_by_broker({}));
  text.sql(", ").value(valid_utf8(message.event_type, 255)).sql(", ").value(valid_utf8(death.reason, 64));
  text.sql(", ").value(storable_error(death.last_error)).sql(", ").value(std::uint64_t{message.attempt.value_or(0)});
  text.sql(", ").value(storable_trace(message.traceparent)).sql(", ").value(storable_failure_time(message.first_failed_at));
  const std::span kept = std::span{message.body}.first(std::min(message.body.size(), longest_body));
  text.sql(", ").value(std::as_bytes(kept)).sql(", ").value(std::uint64_t{message.body.size()});
}

}  // namespace

std::string storable_trace(std::string_view traceparent) { return valid_utf8(traceparent, 255); }

std::string storable_failure_time(std::string_view first_failed_at) { return valid_utf8(first_failed_at, 64); }

SqlResult<void> record_dead_messages(Connection& connection, std::span<const Message> messages) {
  for (const Message& message : messages) {
    SqlText insert{connection};
    insert.sql(insert_dead_letters).sql(" VALUES (").value(dead_letter_identity(message)).sql(", ");
    write_message(insert, message, longest_body(connection));
    insert.sql(", 'DEAD', 1, UTC_TIMESTAMP(6), FALSE, ").value(std::uint64_t{message.generation.value_or(0)}).sql(")");
    insert.sql(or_dead_again);
    if (auto done = connection.execute(insert.str()); !done) return std::unexpected{std::move(done.error())};
  }
  return {};
}

}  // namespace notifier::mysql
