#include "mysql/queries.hpp"

#include <string>

#include "mysql/sql_text.hpp"
#include "mysql/sql_time.hpp"
#include "notifier/notification_row.hpp"

namespace notifier::mysql {
namespace {

std::optional<std::chrono::microseconds> duration_in(const Rows& rows, unsigned column) {
  if (rows.is_null(column)) return std::nullopt;
  return std::chrono::microseconds{rows.number(column)};
}

/// Into the table on which all depends.
SqlResult<void> insert_row_of_no_event(Connection& connection, const ClaimToken& name) {
  SqlText insert{connection};
  insert.sql(
      "INSERT INTO notifications (event_id, event_type, event_timestamp, payload, fingerprint, status, attempt_count,"
      " retries_from, created_at, updated_at) VALUES (HEX(");
  insert.value(name);
  insert.sql("), '', '', '{}', '', 'QUEUED', 0, 0, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
  if (auto done = connection.execute(insert.str()); !done) return std::unexpected{std::move(done.error())};
  return {};
}

}  // namespace

SqlResult<std::vector<FailedAttempt>> failed_attempts(Connection& connection, std::string_view event_id) {
  SqlText select{connection};
  select.sql("SELECT attempt, ")
      .sql(as_rfc3339("at"))
      .sql(", error, duration_us FROM notification_attempts WHERE event_id = ");
  select.value(event_id).sql(" ORDER BY attempt");
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  std::vector<FailedAttempt> attempts;
  while (rows->next()) {
    attempts.push_back({.attempt = static_cast<unsigned>(rows->number(0)),
                        .at = std::string{rows->text(1)},
                        .error = std::string{rows->text(2)},
                        .duration = duration_in(*rows, 3)});
  }
  return attempts;
}

SqlResult<std::optional<NotificationRecord>> find_notification(Connection& connection, std::string_view event_id) {
  SqlText select{connection};
  select.sql("SELECT event_id, event_type, status, attempt_count, last_error, ").sql(as_rfc3339("created_at")).sql(", ");
  select.sql(as_rfc3339("updated_at"))
      .sql(", ")
      .sql(as_rfc3339("next_attempt_at"))
      .sql(", payload FROM notifications WHERE event_id = ")
      .value(event_id);
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  if (!rows->next()) return std::nullopt;
  auto attempts = failed_attempts(connection, event_id);
  if (!attempts) return std::unexpected{std::move(attempts.error())};
  return NotificationRecord{.event_id = std::string{rows->text(0)},
                            .event_type = std::string{rows->text(1)},
                            .status = notification_status_from(rows->text(2)).value(),
                            .attempt_count = static_cast<unsigned>(rows->number(3)),
                            .last_error = std::string{rows->text(4)},
                            .created_at = std::string{rows->text(5)},
                            .updated_at = std::string{rows->text(6)},
                            .next_attempt_at = std::string{rows->text(7)},
                            .payload = std::string{rows->text(8)},
                            .failed_attempts = std::move(*attempts)};
}

SqlResult<void> ping(Connection& connection) {
  if (auto rows = connection.query("SELECT 1 FROM notifications LIMIT 1"); !rows)
    return std::unexpected{std::move(rows.error())};
  return {};
}

SqlResult<void> ping_writing(Connection& connection) {
  auto undone = Transaction::begin(connection);
  if (!undone) return std::unexpected{std::move(undone.error())};
  return insert_row_of_no_event(connection, new_claim_token());
}

SqlResult<void> ping_committing(Connection& connection) {
  const ClaimToken name = new_claim_token();
  auto transaction = Transaction::begin(connection);
  if (!transaction) return std::unexpected{std::move(transaction.error())};
  if (auto done = insert_row_of_no_event(connection, name); !done) return done;
  SqlText remove{connection};
  remove.sql("DELETE FROM notifications WHERE event_id = HEX(").value(name).sql(")");
  if (auto done = connection.execute(remove.str()); !done) return std::unexpected{std::move(done.error())};
  return transaction->commit();
}

}  // namespace notifier::mysql
