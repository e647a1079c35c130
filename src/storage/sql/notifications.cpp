#include "storage/sql/notifications.hpp"

#include <chrono>
#include <cstddef>
#include <string>

#include "domain/stored_sends.hpp"
#include "notifier/routes.hpp"

namespace notifier::sql {
namespace {

constexpr std::size_t most_siblings = 100;

bool was_sent(const std::vector<Send>& sends) { return !sends.empty() && sends.back().outcome == SendOutcome::sent; }

/// Of the attempt by which a notification was sent. A program of before leaves the sends of a failed one with it.
void keep_those_that_sent(Attempt& attempt) {
  if (!was_sent(attempt.sends)) {
    attempt.sends.clear();
    return;
  }
  std::chrono::milliseconds duration{0};
  for (const Send& send : attempt.sends) duration += send.duration;
  attempt.duration = duration;
}

/// The other notifications of the same event.
std::vector<Sibling> read_siblings(Session& session, std::string_view event_id, std::string_view route) {
  if (route.empty()) return {};
  const std::string event{event_of_siblings(event_id, route)};
  Statement select{"SELECT event_id, COALESCE(route, ''), status FROM notifications WHERE (event_id = "};
  select.value(event).sql(" OR event_id > ").value(event + "/").sql(" AND event_id < ").value(event + "0");
  select.sql(") AND event_id <> ").value(event_id).sql(" ORDER BY event_id LIMIT ").value(most_siblings);
  const auto rows = session.query(select);
  std::vector<Sibling> siblings;
  while (rows->next()) {
    // Other producers choose ids as they like.
    const bool is_of_event = rows->text(0) == event || rows->text(0) == event + "/" + rows->string(1);
    if (!is_of_event) continue;
    siblings.push_back(
        {.event_id = rows->string(0), .route = rows->string(1), .status = notification_status_from(rows->text(2)).value()});
  }
  return siblings;
}

/// Of a notification that is dead.
std::optional<NotificationDeath> read_death(Session& session, std::string_view event_id) {
  Statement select{"SELECT id, state, reason, "};
  select.sql(session.dialect().microseconds("closed_at")).sql(", closed_by, discard_reason FROM dead_letters");
  const auto rows = session.query(select.sql(" WHERE identity = ").value("event:" + std::string{event_id}));
  if (!rows->next()) return std::nullopt;
  return NotificationDeath{.dead_letter_id = rows->id(0),
                           .state = dead_letter_state_from(rows->text(1)).value(),
                           .reason = rows->string(2),
                           .closed_at = rows->rfc3339(3),
                           .closed_by = rows->string(4),
                           .discard_reason = rows->string(5)};
}

}  // namespace

std::optional<NotificationRecord> find_notification(Session& session, std::string_view event_id) {
  const Dialect& dialect = session.dialect();
  Statement select{"SELECT event_id, event_type, status, attempt_count, last_error, "};
  select.sql(dialect.microseconds("created_at")).sql(", ").sql(dialect.microseconds("updated_at")).sql(", ");
  select.sql(dialect.microseconds("next_attempt_at"))
      .sql(", payload, route, recipient, retries_from, sends FROM notifications WHERE event_id = ");
  const auto rows = session.query(select.value(event_id));
  if (!rows->next()) return std::nullopt;
  const std::string route = rows->string(9);
  const NotificationStatus status = notification_status_from(rows->text(2)).value();
  const bool is_dead = status == NotificationStatus::failed_dlq;
  return NotificationRecord{.event_id = rows->string(0),
                            .event_type = rows->string(1),
                            .recipient = rows->string(10),
                            .status = status,
                            .attempt_count = rows->count(3),
                            .attempts_before_replay = rows->count(11),
                            .last_error = rows->string(4),
                            .created_at = rows->rfc3339(5),
                            .updated_at = rows->rfc3339(6),
                            .next_attempt_at = rows->rfc3339(7),
                            .route = route,
                            .sender = last_sender(rows->text(12)),
                            .payload = rows->string(8),
                            .death = is_dead ? read_death(session, event_id) : std::nullopt,
                            .attempts = read_attempts(session, event_id),
                            .siblings = read_siblings(session, event_id, route)};
}

std::vector<Attempt> read_attempts(Session& session, std::string_view event_id) {
  const Dialect& dialect = session.dialect();
  Statement select{"SELECT attempt, "};
  select.sql(dialect.microseconds("at")).sql(", error, duration_us, sends FROM notification_attempts WHERE event_id = ");
  select.value(event_id).sql(" UNION ALL SELECT attempt_count, ").sql(dialect.microseconds("last_attempt_timestamp"));
  select.sql(", NULL, NULL, sends FROM notifications WHERE status = 'SENT' AND event_id = ").value(event_id);
  const auto rows = session.query(select.sql(" ORDER BY 1"));
  std::vector<Attempt> attempts;
  while (rows->next()) {
    attempts.push_back({.attempt = rows->count(0),
                        .at = rows->rfc3339(1),
                        .error = rows->string(2),
                        .duration = rows->duration(3),
                        .sends = sends_from_stored(rows->text(4))});
    if (rows->is_null(2)) keep_those_that_sent(attempts.back());
  }
  return attempts;
}

}  // namespace notifier::sql
