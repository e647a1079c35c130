#include "storage/sql/notifications.hpp"

namespace notifier::sql {

std::optional<NotificationRecord> find_notification(Session& session, std::string_view event_id) {
  const Dialect& dialect = session.dialect();
  Statement select{"SELECT event_id, event_type, status, attempt_count, last_error, "};
  select.sql(dialect.microseconds("created_at")).sql(", ").sql(dialect.microseconds("updated_at")).sql(", ");
  select.sql(dialect.microseconds("next_attempt_at")).sql(", payload FROM notifications WHERE event_id = ");
  const auto rows = session.query(select.value(event_id));
  if (!rows->next()) return std::nullopt;
  return NotificationRecord{.event_id = rows->string(0),
                            .event_type = rows->string(1),
                            .status = notification_status_from(rows->text(2)).value(),
                            .attempt_count = rows->count(3),
                            .last_error = rows->string(4),
                            .created_at = rows->rfc3339(5),
                            .updated_at = rows->rfc3339(6),
                            .next_attempt_at = rows->rfc3339(7),
                            .payload = rows->string(8),
                            .failed_attempts = failed_attempts(session, event_id)};
}

std::vector<FailedAttempt> failed_attempts(Session& session, std::string_view event_id) {
  Statement select{"SELECT attempt, "};
  select.sql(session.dialect().microseconds("at")).sql(", error, duration_us FROM notification_attempts WHERE event_id = ");
  const auto rows = session.query(select.value(event_id).sql(" ORDER BY attempt"));
  std::vector<FailedAttempt> attempts;
  while (rows->next()) {
    attempts.push_back(
        {.attempt = rows->count(0), .at = rows->rfc3339(1), .error = rows->string(2), .duration = rows->duration(3)});
  }
  return attempts;
}

}  // namespace notifier::sql
