#include "mysql/queries.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "mysql/sql_text.hpp"

namespace notifier::mysql {
namespace {

/// RFC 3339 with milliseconds, as everywhere else.
std::string as_rfc3339(std::string_view column) {
  return "CONCAT(LEFT(DATE_FORMAT(" + std::string{column} + ", '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')";
}

SqlResult<std::vector<FailedAttempt>> failed_attempts(Connection& connection, std::string_view event_id) {
  SqlText select{connection};
  select.sql("SELECT attempt, ").sql(as_rfc3339("at")).sql(", error FROM notification_attempts WHERE event_id = ");
  select.value(event_id).sql(" ORDER BY attempt");
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  std::vector<FailedAttempt> attempts;
  while (rows->next()) {
    attempts.push_back({.attempt = static_cast<unsigned>(rows->number(0)),
                        .at = std::string{rows->text(1)},
                        .error = std::string{rows->text(2)}});
  }
  return attempts;
}

/// A stuck row and how long ago it changed.
struct Candidate {
  StuckNotification notification;
  std::int64_t idle_microseconds = 0;
};

/// Locks and adds the oldest ones of one status. Two statuses in one statement would not be read in the order of the index,
/// and every row of theirs would be locked.
SqlResult<void> lock_candidates(Connection& connection, NotificationStatus status, std::chrono::milliseconds idle,
                                std::size_t limit, std::vector<Candidate>& candidates) {
  const auto idle_microseconds = std::chrono::duration_cast<std::chrono::microseconds>(idle).count();
  SqlText select{connection};
  select.sql(
      "SELECT event_id, event_type, event_timestamp, payload, attempt_count,"
      " TIMESTAMPDIFF(MICROSECOND, updated_at, UTC_TIMESTAMP(6)) FROM notifications WHERE status = ");
  select.value(to_string(status)).sql(" AND updated_at <= UTC_TIMESTAMP(6) - INTERVAL ");
  select.value(static_cast<std::uint64_t>(idle_microseconds));
  select.sql(" MICROSECOND AND (claimed_until IS NULL OR claimed_until < UTC_TIMESTAMP(6)) ORDER BY updated_at LIMIT ");
  select.value(limit).sql(" FOR UPDATE SKIP LOCKED");
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  while (rows->next()) {
    candidates.push_back({.notification = {.event_id = std::string{rows->text(0)},
                                           .event_type = std::string{rows->text(1)},
                                           .timestamp = std::string{rows->text(2)},
                                           .payload = std::string{rows->text(3)},
                                           .attempt_count = static_cast<unsigned>(rows->number(4))},
                          .idle_microseconds = rows->number(5)});
  }
  return {};
}

SqlResult<void> mark_changed(Connection& connection, const std::vector<StuckNotification>& taken) {
  SqlText update{connection};
  update.sql("UPDATE notifications SET updated_at = UTC_TIMESTAMP(6) WHERE event_id IN (");
  update.list(taken, [&](const StuckNotification& notification) { update.value(notification.event_id); }).sql(")");
  if (auto updated = connection.execute(update.str()); !updated) return std::unexpected{std::move(updated.error())};
  return {};
}

}  // namespace

SqlResult<std::optional<NotificationRecord>> find_notification(Connection& connection, std::string_view event_id) {
  SqlText select{connection};
  select.sql("SELECT event_id, event_type, status, attempt_count, last_error, ").sql(as_rfc3339("created_at")).sql(", ");
  select.sql(as_rfc3339("updated_at")).sql(", payload FROM notifications WHERE event_id = ").value(event_id);
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
                            .payload = std::string{rows->text(7)},
                            .failed_attempts = std::move(*attempts)};
}

SqlResult<std::vector<StuckNotification>> take_stuck_notifications(Connection& connection, std::chrono::milliseconds idle,
                                                                   std::size_t limit) {
  auto transaction = Transaction::begin(connection);
  if (!transaction) return std::unexpected{std::move(transaction.error())};
  std::vector<Candidate> candidates;
  for (const auto status : {NotificationStatus::queued, NotificationStatus::failed_retrying}) {
    if (auto locked = lock_candidates(connection, status, idle, limit, candidates); !locked) {
      return std::unexpected{std::move(locked.error())};
    }
  }
  std::ranges::sort(candidates, std::ranges::greater{}, &Candidate::idle_microseconds);
  std::vector<StuckNotification> taken;
  for (Candidate& candidate : candidates) {
    if (taken.size() < limit) taken.push_back(std::move(candidate.notification));
  }
  if (taken.empty()) return taken;
  if (auto marked = mark_changed(connection, taken); !marked) return std::unexpected{std::move(marked.error())};
  if (auto committed = transaction->commit(); !committed) return std::unexpected{std::move(committed.error())};
  return taken;
}

SqlResult<void> ping(Connection& connection) {
  if (auto rows = connection.query("SELECT 1 FROM notifications LIMIT 1"); !rows)
    return std::unexpected{std::move(rows.error())};
  return {};
}

}  // namespace notifier::mysql
