#include "embedded/notification_store.hpp"

#include "embedded/columns.hpp"
#include "embedded/database.hpp"
#include "embedded/statement_use.hpp"
#include "notifier/claim.hpp"

namespace notifier::embedded {
namespace {

using std::chrono::microseconds;

// Inserts a new row, or takes one that is free; returns nothing when it could do neither. What is returned is a plain
// column: SQLite 3.40 finds each one IS NOT NULL there.
constexpr const char* claim_statement =
    "INSERT INTO notifications (event_id, event_type, event_timestamp, payload, fingerprint, status, attempt_count,"
    " retries_from, claim_token, claimed_until, created_at, updated_at, recipient)"
    " VALUES (?1, ?2, ?3, ?4, ?5, 'QUEUED', ?6, ?7, ?8, ?9, ?10, ?10, ?12)"
    " ON CONFLICT (event_id) DO UPDATE SET"
    " claim_token = ?8, claimed_until = ?9, updated_at = ?10, attempt_count = ?6,"
    " retries_from = CASE status WHEN 'FAILED_DLQ' THEN ?6 ELSE retries_from END,"
    " status = CASE status WHEN 'FAILED_DLQ' THEN 'QUEUED' ELSE status END"
    " WHERE fingerprint = ?5 AND (claimed_until IS NULL OR claimed_until < ?10) AND attempt_count <= ?6"
    " AND (status IN ('QUEUED', 'FAILED_RETRYING') OR (status = 'FAILED_DLQ' AND ?11))"
    " RETURNING attempt_count, retries_from, status, next_attempt_at";

// Somebody moved its message back to the main queue: it is dead no more.
constexpr const char* close_dead_letter_statement =
    "UPDATE dead_letters SET state = 'REPLAYED', closed_at = ?2, closed_by = 'broker', to_remove = TRUE"
    " WHERE identity = 'event:' || ?1 AND state = 'DEAD'";

constexpr const char* select_claimed_statement =
    "SELECT fingerprint = ?2, status, attempt_count, retries_from, COALESCE(claimed_until - ?3, 0)"
    " FROM notifications WHERE event_id = ?1";

// Once recorded, the token stays and the expiry goes: a repeat changes nothing, and can tell that this was recorded.
constexpr const char* record_statement =
    "UPDATE notifications SET status = ?3, last_error = ?4, attempt_count = attempt_count + ?5,"
    " last_attempt_timestamp = CASE WHEN ?5 THEN ?6 ELSE last_attempt_timestamp END, next_attempt_at = ?7,"
    " claimed_until = NULL, updated_at = ?6"
    " WHERE event_id = ?1 AND claim_token = ?2 AND claimed_until IS NOT NULL RETURNING attempt_count, event_type";

constexpr const char* select_recorded_statement =
    "SELECT 1 FROM notifications WHERE event_id = ?1 AND claim_token = ?2 AND claimed_until IS NULL";

constexpr const char* insert_attempt_statement =
    "INSERT INTO notification_attempts (event_id, attempt, at, error, duration_us) VALUES (?1, ?2, ?3, ?4, ?5)";

constexpr const char* select_notification_statement =
    "SELECT event_type, status, attempt_count, last_error, created_at, updated_at, payload, next_attempt_at FROM "
    "notifications"
    " WHERE event_id = ?1";

constexpr const char* select_attempts_statement =
    "SELECT attempt, at, error, duration_us FROM notification_attempts WHERE event_id = ?1 ORDER BY attempt";

constexpr const char* select_stuck_statement =
    "SELECT event_id, event_type, event_timestamp, payload, attempt_count FROM notifications"
    " WHERE status IN ('QUEUED', 'FAILED_RETRYING') AND updated_at <= ?1"
    " AND (next_attempt_at IS NULL OR next_attempt_at <= ?1)"
    " AND (claimed_until IS NULL OR claimed_until < ?2) ORDER BY updated_at LIMIT ?3";

constexpr const char* mark_changed_statement = "UPDATE notifications SET updated_at = ?2 WHERE event_id = ?1";

constexpr const char* ping_statement = "SELECT 1 FROM notifications LIMIT 1";

}  // namespace

NotificationStore::NotificationStore(SQLite::Database& database)
    : database_{database},
      claim_{database, claim_statement},
      close_dead_letter_{database, close_dead_letter_statement},
      select_claimed_{database, select_claimed_statement},
      record_{database, record_statement},
      select_recorded_{database, select_recorded_statement},
      insert_attempt_{database, insert_attempt_statement},
      dead_letters_{database},
      select_notification_{database, select_notification_statement},
      select_attempts_{database, select_attempts_statement},
      select_stuck_{database, select_stuck_statement},
      mark_changed_{database, mark_changed_statement},
      ping_{database, ping_statement} {}

Claims NotificationStore::claim(std::span<const ClaimRequest> requests, std::chrono::milliseconds duration) {
  Claims claims{.token = new_claim_token(), .answers = {}};
  SQLite::Transaction transaction = begin_writing(database_);
  const std::int64_t now = microseconds_now();
  const ClaimTimes times{.now = now, .until = now + in_microseconds(duration)};
  for (const ClaimRequest& request : requests) claims.answers.push_back(claim_one(request, claims.token, times));
  transaction.commit();
  return claims;
}

ClaimAnswer NotificationStore::claim_one(const ClaimRequest& request, const ClaimToken& token, ClaimTimes times) {
  const StatementUse use{claim_};
  claim_.bindNoCopy(1, request.event.id);
  claim_.bindNoCopy(2, request.event.type);
  claim_.bindNoCopy(3, request.event.timestamp);
  claim_.bindNoCopy(4, request.event.payload);
  bind_bytes(claim_, 5, request.event.fingerprint);
  claim_.bind(6, request.attempt);
  claim_.bind(7, answer_for_new_row(request).retries_from);
  bind_bytes(claim_, 8, token);
  claim_.bind(9, times.until);
  claim_.bind(10, times.now);
  claim_.bind(11, request.replay ? 1 : 0);
  claim_.bindNoCopy(12, request.event.recipient.email);
  if (!claim_.executeStep()) return judge(request, times.now);
  if (request.replay) close_dead_letter(request.event.id, times.now);
  return ClaimAnswer{.verdict = ClaimVerdict::ours,
                     .attempt_count = count(claim_, 0),
                     .retries_from = count(claim_, 1),
                     .status = notification_status_from(text(claim_, 2)).value(),
                     .was_put_off = !claim_.isColumnNull(3)};
}

void NotificationStore::close_dead_letter(const std::string& event_id, std::int64_t now) {
  const StatementUse use{close_dead_letter_};
  close_dead_letter_.bindNoCopy(1, event_id);
  close_dead_letter_.bind(2, now);
  close_dead_letter_.exec();
}

ClaimAnswer NotificationStore::judge(const ClaimRequest& request, std::int64_t now) {
  const StatementUse use{select_claimed_};
  select_claimed_.bindNoCopy(1, request.event.id);
  bind_bytes(select_claimed_, 2, request.event.fingerprint);
  select_claimed_.bind(3, now);
  select_claimed_.executeStep();
  const microseconds claimed_for{number(select_claimed_, 4)};
  return judge_claim(request, {.has_our_fingerprint = number(select_claimed_, 0) == 1,
                               .status = notification_status_from(text(select_claimed_, 1)).value(),
                               .attempt_count = count(select_claimed_, 2),
                               .retries_from = count(select_claimed_, 3),
                               .claimed_for = std::chrono::ceil<std::chrono::milliseconds>(claimed_for)});
}

std::vector<RecordVerdict> NotificationStore::record_outcomes(std::span<const Outcome> outcomes) {
  SQLite::Transaction transaction = begin_writing(database_);
  const std::int64_t now = microseconds_now();
  std::vector<RecordVerdict> verdicts;
  for (const Outcome& outcome : outcomes) verdicts.push_back(record_one(outcome, now));
  transaction.commit();
  return verdicts;
}

RecordVerdict NotificationStore::record_one(const Outcome& outcome, std::int64_t now) {
  const StatementUse use{record_};
  const bool failed = outcome.status != NotificationStatus::sent;
  record_.bindNoCopy(1, outcome.event_id);
  bind_bytes(record_, 2, outcome.token);
  record_.bind(3, std::string{to_string(outcome.status)});
  if (failed) {
    record_.bind(4, storable_error(outcome.error));
  } else {
    record_.bind(4);
  }
  record_.bind(5, outcome.attempted ? 1 : 0);
  record_.bind(6, now);
  if (outcome.status == NotificationStatus::sent || outcome.status == NotificationStatus::failed_dlq) {
    record_.bind(7);
  } else {
    record_.bind(7, now + in_microseconds(outcome.next_attempt_in));
  }
  if (!record_.executeStep()) return was_recorded(outcome) ? RecordVerdict::recorded : RecordVerdict::overtaken;
  const std::int64_t attempt_count = number(record_, 0);
  if (failed && outcome.attempted) keep_failed_attempt(outcome, attempt_count, now);
  if (outcome.status == NotificationStatus::failed_dlq) {
    dead_letters_.keep({.event_id = outcome.event_id,
                        .event_type = text(record_, 1),
                        .body = {},
                        .attempt = static_cast<unsigned>(attempt_count),
                        .traceparent = outcome.death.traceparent,
                        .first_failed_at = outcome.death.first_failed_at,
                        .dead_letter = DeadLetter{.reason = outcome.death.reason, .last_error = outcome.error}},
                       now, true);
  }
  return RecordVerdict::recorded;
}

void NotificationStore::record_dead_messages(std::span<const Message> messages) {
  SQLite::Transaction transaction = begin_writing(database_);
  const std::int64_t now = microseconds_now();
  for (const Message& message : messages) dead_letters_.keep(message, now, false);
  transaction.commit();
}

void NotificationStore::keep_failed_attempt(const Outcome& outcome, std::int64_t attempt, std::int64_t now) {
  const StatementUse use{insert_attempt_};
  insert_attempt_.bindNoCopy(1, outcome.event_id);
  insert_attempt_.bind(2, attempt);
  insert_attempt_.bind(3, now);
  insert_attempt_.bind(4, storable_error(outcome.error));
  insert_attempt_.bind(5, std::int64_t{outcome.duration.count()});
  insert_attempt_.exec();
}

bool NotificationStore::was_recorded(const Outcome& outcome) {
  const StatementUse use{select_recorded_};
  select_recorded_.bindNoCopy(1, outcome.event_id);
  bind_bytes(select_recorded_, 2, outcome.token);
  return select_recorded_.executeStep();
}

std::optional<NotificationRecord> NotificationStore::find(std::string_view event_id) {
  NotificationRecord found;
  found.event_id = event_id;
  const StatementUse use{select_notification_};
  select_notification_.bindNoCopy(1, found.event_id);
  if (!select_notification_.executeStep()) return std::nullopt;
  found.event_type = text(select_notification_, 0);
  found.status = notification_status_from(text(select_notification_, 1)).value();
  found.attempt_count = count(select_notification_, 2);
  found.last_error = text(select_notification_, 3);
  found.created_at = rfc3339(select_notification_, 4);
  found.updated_at = rfc3339(select_notification_, 5);
  found.payload = text(select_notification_, 6);
  found.next_attempt_at = rfc3339(select_notification_, 7);
  found.failed_attempts = failed_attempts(found.event_id);
  return found;
}

std::vector<FailedAttempt> NotificationStore::failed_attempts(const std::string& event_id) {
  const StatementUse use{select_attempts_};
  select_attempts_.bindNoCopy(1, event_id);
  std::vector<FailedAttempt> attempts;
  while (select_attempts_.executeStep()) {
    attempts.push_back({.attempt = count(select_attempts_, 0),
                        .at = rfc3339(select_attempts_, 1),
                        .error = text(select_attempts_, 2),
                        .duration = duration(select_attempts_, 3)});
  }
  return attempts;
}

std::vector<StuckNotification> NotificationStore::take_stuck(std::chrono::milliseconds idle, std::size_t limit) {
  SQLite::Transaction transaction = begin_writing(database_);
  const std::int64_t now = microseconds_now();
  std::vector<StuckNotification> taken;
  {
    const StatementUse use{select_stuck_};
    select_stuck_.bind(1, now - in_microseconds(idle));
    select_stuck_.bind(2, now);
    select_stuck_.bind(3, static_cast<std::int64_t>(limit));
    while (select_stuck_.executeStep()) {
      taken.push_back({.event_id = text(select_stuck_, 0),
                       .event_type = text(select_stuck_, 1),
                       .timestamp = text(select_stuck_, 2),
                       .payload = text(select_stuck_, 3),
                       .attempt_count = count(select_stuck_, 4)});
    }
  }
  for (const StuckNotification& notification : taken) {
    const StatementUse use{mark_changed_};
    mark_changed_.bindNoCopy(1, notification.event_id);
    mark_changed_.bind(2, now);
    mark_changed_.exec();
  }
  transaction.commit();
  return taken;
}

void NotificationStore::ping() {
  const StatementUse use{ping_};
  ping_.executeStep();
}

}  // namespace notifier::embedded
