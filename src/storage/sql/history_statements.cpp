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

/// What an index can tell of the filter, and the rows from the cursor on.
void write_window(Statement& statement, const Dialect& dialect, const NotificationFilter& filter,
                  const std::optional<NotificationCursor>& after) {
  if (filter.since) write_created(statement, ">=", dialect.time_at(to_microseconds(*filter.since)));
  if (filter.until) write_created(statement, "<", dialect.time_at(to_microseconds(*filter.until)));
  if (after) write_beyond(statement, dialect, *after, "<", "<");
}

/// Selects what all rows have that the filter leaves, by one index, or by some that have different rows; `write_rest` writes
/// the rest of the condition.
template <typename WriteRest>
Statement select_newest(const Dialect& dialect, std::string_view what, const NotificationFilter& filter,
                        WriteRest write_rest) {
  Statement select{""};
  if (filter.recipient.empty()) {
    select.sql("SELECT ").sql(what).sql(" FROM ").sql(dialect.notifications_by_creation).sql(" WHERE TRUE");
    write_rest(select);
  }
  for (std::string_view before; const IndexedRows& rows : dialect.notifications_by_recipient) {
    if (filter.recipient.empty()) break;
    select.sql(before).sql("SELECT ").sql(what).sql(" FROM ").sql(rows.table).sql(" WHERE ");
    select.sql(rows.before_value).value(filter.recipient).sql(rows.behind_value);
    write_rest(select);
    before = " UNION ALL ";
  }
  select.sql(newest_first);
  return select;
}

}  // namespace

Statement select_notifications(const Dialect& dialect, const NotificationFilter& filter,
                               const std::optional<NotificationCursor>& after, const std::optional<NotificationCursor>& last,
                               std::size_t limit) {
  const std::string columns = "event_id, event_type, recipient, status, attempt_count, last_error, " +
                              dialect.microseconds("created_at") + ", " + dialect.microseconds("updated_at") +
                              ", COALESCE(route, ''), sends";
  Statement select = select_newest(dialect, columns, filter, [&](Statement& statement) {
    write_window(statement, dialect, filter, after);
    if (last) write_beyond(statement, dialect, *last, ">", ">=");
    if (filter.status) statement.sql(" AND status = ").value(to_string(*filter.status));
    if (!filter.event_type.empty()) {
      statement.sql(" AND ").sql(dialect.exact("event_type")).sql(" = ").value(filter.event_type);
    }
  });
  select.value(limit);
  return select;
}

Statement select_place(const Dialect& dialect, const NotificationFilter& filter,
                       const std::optional<NotificationCursor>& after, std::size_t nth) {
  Statement select = select_newest(dialect, dialect.microseconds("created_at") + ", event_id", filter,
                                   [&](Statement& statement) { write_window(statement, dialect, filter, after); });
  select.sql("1 OFFSET ").value(nth - 1);
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
