#include "storage/sql/history_statements.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace notifier::sql {
namespace {

constexpr std::string_view newest_first = " ORDER BY created_at DESC, event_id DESC LIMIT ";

void write_created(Statement& statement, std::string_view comparison, const std::string& time) {
  statement.sql(" AND created_at ").sql(comparison).sql(" ").sql(time);
}

/// A comparison of the pair alone would not be recognised as a range of the index.
void write_beyond(Statement& statement, const Dialect& dialect, const NotificationCursor& cursor, std::string_view beyond,
                  std::string_view event_beyond) {
  const std::string time = dialect.time_at(cursor.created_at_us);
  write_created(statement, std::string{beyond} + "=", time);
  statement.sql(" AND (created_at ").sql(beyond).sql(" ").sql(time);
  statement.sql(" OR event_id ").sql(event_beyond).sql(" ").value(cursor.event_id).sql(")");
}

/// From the index on, what it can tell.
void write_range(Statement& statement, const Dialect& dialect, const NotificationFilter& filter,
                 const std::optional<NotificationCursor>& after) {
  if (filter.recipient.empty()) {
    statement.sql(" FROM ").sql(dialect.notifications_by_creation).sql(" WHERE TRUE");
  } else {
    statement.sql(" FROM ").sql(dialect.notifications_by_recipient).sql(" WHERE recipient = ").value(filter.recipient);
  }
  if (filter.since) write_created(statement, ">=", dialect.time_at(to_microseconds(*filter.since)));
  if (filter.until) write_created(statement, "<", dialect.time_at(to_microseconds(*filter.until)));
  if (after) write_beyond(statement, dialect, *after, "<", "<");
}

}  // namespace

Statement select_notifications(const Dialect& dialect, const NotificationFilter& filter,
                               const std::optional<NotificationCursor>& after, const std::optional<NotificationCursor>& last,
                               std::size_t limit) {
  Statement select{"SELECT event_id, event_type, recipient, status, attempt_count, last_error, "};
  select.sql(dialect.microseconds("created_at")).sql(", ").sql(dialect.microseconds("updated_at"));
  select.sql(", COALESCE(route, ''), sends");
  write_range(select, dialect, filter, after);
  if (last) write_beyond(select, dialect, *last, ">", ">=");
  if (filter.status) select.sql(" AND status = ").value(to_string(*filter.status));
  if (!filter.event_type.empty()) select.sql(" AND ").sql(dialect.exact("event_type")).sql(" = ").value(filter.event_type);
  select.sql(newest_first).value(limit);
  return select;
}

Statement select_place(const Dialect& dialect, const NotificationFilter& filter,
                       const std::optional<NotificationCursor>& after, std::size_t nth) {
  Statement select{"SELECT "};
  select.sql(dialect.microseconds("created_at")).sql(", event_id");
  write_range(select, dialect, filter, after);
  select.sql(newest_first).sql("1 OFFSET ").value(nth - 1);
  return select;
}

Statement select_counts(const Dialect& dialect, CountWindow window) {
  Statement select{"SELECT status, "};
  select.sql(dialect.exact("event_type")).sql(" AS type, COUNT(*) FROM ").sql(dialect.notifications_by_creation);
  select.sql(" WHERE TRUE");
  write_created(select, ">=", dialect.time_at(window.since_us));
  write_created(select, "<", dialect.time_at(window.until_us));
  select.sql(" GROUP BY status, type ORDER BY NULL");
  return select;
}

}  // namespace notifier::sql
