#include "mysql/history_statements.hpp"

#include <cstdint>

#include "mysql/sql_text.hpp"
#include "mysql/sql_time.hpp"

namespace notifier::mysql {
namespace {

constexpr std::string_view newest_first = " ORDER BY created_at DESC, event_id DESC LIMIT ";

void write_created(SqlText& text, std::string_view comparison, std::int64_t microseconds) {
  text.sql(" AND created_at ").sql(comparison).sql(" ").sql(time_at_microseconds(microseconds));
}

/// A comparison of the pair alone would not be recognised as a range of the index.
void write_beyond(SqlText& text, const NotificationCursor& cursor, std::string_view beyond, std::string_view event_beyond) {
  write_created(text, std::string{beyond} + "=", cursor.created_at_us);
  text.sql(" AND (created_at ").sql(beyond).sql(" ").sql(time_at_microseconds(cursor.created_at_us));
  text.sql(" OR event_id ").sql(event_beyond).sql(" ").value(cursor.event_id).sql(")");
}

/// From the index on, what it can tell.
void write_range(SqlText& text, const NotificationFilter& filter, const std::optional<NotificationCursor>& after) {
  text.sql(" FROM notifications");
  if (filter.recipient.empty()) {
    text.sql(" FORCE INDEX (created_at) WHERE TRUE");
  } else {
    text.sql(" FORCE INDEX (recipient_created_at) WHERE recipient = ").value(filter.recipient);
  }
  if (filter.since) write_created(text, ">=", to_microseconds(*filter.since));
  if (filter.until) write_created(text, "<", to_microseconds(*filter.until));
  if (after) write_beyond(text, *after, "<", "<");
}

}  // namespace

std::string select_notifications(Connection& connection, const NotificationFilter& filter,
                                 const std::optional<NotificationCursor>& after,
                                 const std::optional<NotificationCursor>& last, std::size_t limit) {
  SqlText text{connection};
  text.sql("SELECT event_id, event_type, recipient, status, attempt_count, last_error, ");
  text.sql(as_rfc3339("created_at")).sql(", ").sql(as_rfc3339("updated_at")).sql(", ").sql(as_microseconds("created_at"));
  write_range(text, filter, after);
  if (last) write_beyond(text, *last, ">", ">=");
  if (filter.status) text.sql(" AND status = ").value(to_string(*filter.status));
  if (!filter.event_type.empty()) text.sql(" AND event_type COLLATE utf8mb4_bin = ").value(filter.event_type);
  text.sql(newest_first).value(limit);
  return text.str();
}

std::string select_place(Connection& connection, const NotificationFilter& filter,
                         const std::optional<NotificationCursor>& after, std::size_t nth) {
  SqlText text{connection};
  text.sql("SELECT ").sql(as_microseconds("created_at")).sql(", event_id");
  write_range(text, filter, after);
  text.sql(newest_first).sql("1 OFFSET ").value(nth - 1);
  return text.str();
}

std::string select_counts(Connection& connection, CountWindow window) {
  SqlText text{connection};
  text.sql("SELECT status, event_type COLLATE utf8mb4_bin AS type, COUNT(*) FROM notifications FORCE INDEX (created_at)");
  text.sql(" WHERE TRUE");
  write_created(text, ">=", window.since_us);
  write_created(text, "<", window.until_us);
  text.sql(" GROUP BY status, type ORDER BY NULL");
  return text.str();
}

}  // namespace notifier::mysql
