#include "storage/sqlite/notification_store.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "domain/stored_sends.hpp"
#include "notifier/notification_row.hpp"
#include "storage/sql/dead_messages.hpp"
#include "storage/sqlite/columns.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/dialect.hpp"
#include "storage/sqlite/statement_use.hpp"

namespace notifier::embedded {
namespace {

using std::chrono::microseconds;

constexpr const char* insert_row_statement =
    "INSERT INTO notifications (event_id, event_type, event_timestamp, payload, recipient, trace_context, fingerprint, "
    "status,"
    " attempt_count, retries_from, generation, route, fanned_out, lapsed_claims, claim_token, claimed_alone, claimed_until,"
    " created_at, updated_at, sends)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'QUEUED', ?8, ?9, ?10, ?11, ?12, 0, ?13, ?14, ?15, ?16, ?16, ?17)"
    " ON CONFLICT (event_id) DO NOTHING";

// A program of before, which may have had the file in between, fans out and says only that it has attempted.
constexpr const char* select_row_statement =
    "SELECT status, attempt_count, retries_from, generation, route, fanned_out OR last_attempt_timestamp IS NOT NULL,"
    " lapsed_claims, fingerprint,"
    " original_fingerprint, claim_token, claimed_until, claimed_alone, event_type FROM notifications WHERE event_id = ?1";

constexpr const char* update_claimed_statement =
    "UPDATE notifications SET status = ?2, attempt_count = ?3, retries_from = ?4, generation = ?5, route = ?6,"
    " lapsed_claims = ?7, claim_token = ?8, claimed_alone = ?9, claimed_until = ?10, updated_at = ?11 WHERE event_id = ?1";

// Of a claim that `is_held`.
constexpr const char* prolong_claim_statement =
    "UPDATE notifications SET claimed_until = ?3 WHERE event_id = ?1 AND claim_token = ?2 AND claimed_until IS NOT NULL";

constexpr const char* update_recorded_statement =
    "UPDATE notifications SET status = ?2, attempt_count = ?3, generation = ?4, fanned_out = ?5, lapsed_claims = ?6,"
    " claim_token = ?7, claimed_until = CASE WHEN ?8 THEN claimed_until END, last_error = ?9, next_attempt_at = ?10,"
    " last_attempt_timestamp = CASE WHEN ?11 THEN ?12 ELSE last_attempt_timestamp END,"
    " failing_since = CASE WHEN ?13 THEN COALESCE(failing_since, ?12) ELSE failing_since END,"
    " sends = CASE WHEN ?11 THEN ?14 ELSE sends END,"
    " updated_at = ?12 WHERE event_id = ?1";

constexpr const char* select_discarded_statement =
    "SELECT 1 FROM dead_letters WHERE identity = 'event:' || ?1 AND state = 'DISCARDED'"
    " AND NOT EXISTS (SELECT 1 FROM notifications WHERE event_id = ?1 AND status <> 'FAILED_DLQ')";

// Somebody moved its message back to the main queue: it is dead no more.
constexpr const char* close_dead_letter_statement =
    "UPDATE dead_letters SET state = 'REPLAYED', closed_at = ?2, closed_by = 'broker', to_remove = TRUE"
    " WHERE identity = 'event:' || ?1 AND state = 'DEAD'";

constexpr const char* insert_attempt_statement =
    "INSERT INTO notification_attempts (event_id, attempt, at, error, duration_us, sends) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// Its message is in the row of the notification already.
std::string insert_dead_letter_statement() {
  return std::string{sql::insert_dead_letters} +
         " VALUES ('event:' || ?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, 0, 'DEAD', 1, ?8, FALSE, ?9)" +
         std::string{dialect.or_dead_again};
}

/// `idle` is longer than a claim: what ends or has changed later than in so many of it, and in an hour, comes of a clock
/// that was set back.
constexpr int longest_claims = 10;
constexpr std::chrono::hours shortest_far_ahead{1};

constexpr const char* select_stuck_statement =
    "SELECT event_id, event_type, event_timestamp, payload, attempt_count, generation, route, fingerprint, trace_context,"
    " failing_since FROM notifications"
    " WHERE status IN ('QUEUED', 'FAILED_RETRYING')"
    " AND (updated_at <= ?1 AND (next_attempt_at IS NULL OR next_attempt_at <= ?1) OR updated_at > ?4)"
    " AND (claimed_until IS NULL OR claimed_until < ?2 OR claimed_until > ?4) ORDER BY updated_at LIMIT ?3";

constexpr const char* mark_changed_statement = "UPDATE notifications SET updated_at = ?2 WHERE event_id = ?1";

constexpr const char* ping_statement = "SELECT 1 FROM notifications LIMIT 1";

// What is held until a time that no claim reaches was claimed before the clock was set back.
constexpr microseconds farthest_claim_end = std::chrono::hours{1};

ClaimState claim_state(std::int64_t claimed_until, std::int64_t now, std::int64_t end_of_new_claim) {
  const bool is_live = claimed_until >= now && claimed_until <= end_of_new_claim + farthest_claim_end.count();
  return is_live ? ClaimState::live : ClaimState::lapsed;
}

/// NULL if there are none.
void bind_sends(SQLite::Statement& statement, int index, const std::vector<Send>& sends) {
  if (sends.empty()) {
    statement.bind(index);
  } else {
    statement.bind(index, stored_sends(sends));
  }
}

bool is_final(NotificationStatus status) {
  return status == NotificationStatus::sent || status == NotificationStatus::failed_dlq;
}

}  // namespace

NotificationStore::NotificationStore(SQLite::Database& database)
    : database_{database},
      insert_{database, insert_row_statement},
      select_row_{database, select_row_statement},
      update_claimed_{database, update_claimed_statement},
      prolong_claim_{database, prolong_claim_statement},
      update_recorded_{database, update_recorded_statement},
      select_discarded_{database, select_discarded_statement},
      close_dead_letter_{database, close_dead_letter_statement},
      insert_attempt_{database, insert_attempt_statement},
      insert_dead_letter_{database, insert_dead_letter_statement()},
      select_stuck_{database, select_stuck_statement},
      mark_changed_{database, mark_changed_statement},
      ping_{database, ping_statement} {}

Claims NotificationStore::claim(std::span<const ClaimRequest> requests, const ClaimTerms& terms) {
  Claims claims{.token = new_claim_token(), .answers = {}};
  SQLite::Transaction transaction = begin_writing(database_);
  const std::int64_t now = microseconds_now();
  const Claiming claiming{
      .token = claims.token, .now = now, .until = now + in_microseconds(terms.duration), .max_retries = terms.max_retries};
  for (const ClaimRequest& request : requests) claims.answers.push_back(claim_one(request, claiming));
  transaction.commit();
  return claims;
}

ClaimAnswer NotificationStore::claim_one(const ClaimRequest& request, const Claiming& claiming) {
  if (request.replay && is_discarded(request.event.id)) return ClaimAnswer{.verdict = ClaimVerdict::done};
  const NotificationRow inserted = new_row(request, claiming.token, claiming.max_retries);
  if (insert(request, inserted, claiming)) return judge_claim(request, claiming.token, inserted);
  auto stored = find_row(request.event.id, claiming.now, claiming.until);
  if (!stored) return ClaimAnswer{};
  ClaimAnswer answer = notifier::claim(stored->row, request, claiming.token, claiming.max_retries);
  if (answer.verdict != ClaimVerdict::ours) return answer;
  update_claimed(request.event.id, stored->row, claiming);
  if (request.replay) close_dead_letter(request.event.id, claiming.now);
  return answer;
}

void NotificationStore::prolong_claims(std::span<const HeldClaim> claims, std::chrono::milliseconds duration) {
  SQLite::Transaction transaction = begin_writing(database_);
  const std::int64_t until = microseconds_now() + in_microseconds(duration);
  for (const HeldClaim& claim : claims) {
    const StatementUse use{prolong_claim_};
    prolong_claim_.bindNoCopy(1, claim.event_id);
    bind_bytes(prolong_claim_, 2, claim.token);
    prolong_claim_.bind(3, until);
    prolong_claim_.exec();
  }
  transaction.commit();
}

bool NotificationStore::insert(const ClaimRequest& request, const NotificationRow& row, const Claiming& claiming) {
  const StatementUse use{insert_};
  insert_.bindNoCopy(1, request.event.id);
  insert_.bindNoCopy(2, request.event.type);
  insert_.bindNoCopy(3, request.event.timestamp);
  insert_.bindNoCopy(4, request.event.payload);
  insert_.bindNoCopy(5, request.event.recipient.email);
  insert_.bindNoCopy(6, request.traceparent);
  bind_bytes(insert_, 7, row.fingerprint);
  insert_.bind(8, row.attempt_count);
  insert_.bind(9, row.retries_from);
  insert_.bind(10, row.generation);
  insert_.bindNoCopy(11, row.route);
  insert_.bind(12, row.fanned_out ? 1 : 0);
  bind_bytes(insert_, 13, row.token);
  insert_.bind(14, row.claimed_alone ? 1 : 0);
  insert_.bind(15, claiming.until);
  insert_.bind(16, claiming.now);
  insert_.bind(17, std::string{no_sends_yet});
  return insert_.exec() == 1;
}

std::optional<NotificationStore::StoredRow> NotificationStore::find_row(const std::string& event_id, std::int64_t now,
                                                                        std::int64_t end_of_new_claim) {
  const StatementUse use{select_row_};
  select_row_.bindNoCopy(1, event_id);
  if (!select_row_.executeStep()) return std::nullopt;
  StoredRow stored;
  NotificationRow& row = stored.row;
  row.status = notification_status_from(text(select_row_, 0)).value();
  row.attempt_count = count(select_row_, 1);
  row.retries_from = count(select_row_, 2);
  row.generation = count(select_row_, 3);
  row.route = text(select_row_, 4);
  row.fanned_out = number(select_row_, 5) != 0;
  row.lapsed_claims = count(select_row_, 6);
  row.fingerprint = bytes<Fingerprint>(select_row_, 7);
  if (!select_row_.isColumnNull(8)) row.original_fingerprint = bytes<Fingerprint>(select_row_, 8);
  row.token = bytes<ClaimToken>(select_row_, 9);
  if (!select_row_.isColumnNull(10)) {
    const std::int64_t until = number(select_row_, 10);
    row.claim = claim_state(until, now, end_of_new_claim);
    row.claimed_for = std::chrono::ceil<std::chrono::milliseconds>(microseconds{until - now});
  }
  row.claimed_alone = number(select_row_, 11) != 0;
  stored.event_type = text(select_row_, 12);
  return stored;
}

void NotificationStore::update_claimed(const std::string& event_id, const NotificationRow& row, const Claiming& claiming) {
  const StatementUse use{update_claimed_};
  update_claimed_.bindNoCopy(1, event_id);
  update_claimed_.bind(2, std::string{to_string(row.status)});
  update_claimed_.bind(3, row.attempt_count);
  update_claimed_.bind(4, row.retries_from);
  update_claimed_.bind(5, row.generation);
  update_claimed_.bindNoCopy(6, row.route);
  update_claimed_.bind(7, row.lapsed_claims);
  bind_bytes(update_claimed_, 8, row.token);
  update_claimed_.bind(9, row.claimed_alone ? 1 : 0);
  update_claimed_.bind(10, claiming.until);
  update_claimed_.bind(11, claiming.now);
  update_claimed_.exec();
}

bool NotificationStore::is_discarded(const std::string& event_id) {
  const StatementUse use{select_discarded_};
  select_discarded_.bindNoCopy(1, event_id);
  return select_discarded_.executeStep();
}

void NotificationStore::close_dead_letter(const std::string& event_id, std::int64_t now) {
  const StatementUse use{close_dead_letter_};
  close_dead_letter_.bindNoCopy(1, event_id);
  close_dead_letter_.bind(2, now);
  close_dead_letter_.exec();
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
  auto stored = find_row(outcome.event_id, now, now);
  if (!stored) return RecordVerdict::overtaken;
  const unsigned generation = stored->row.generation;
  const RecordVerdict verdict = record(stored->row, outcome);
  if (stored->row.generation == generation) return verdict;
  update_recorded(outcome, stored->row, now);
  if (outcome.status == NotificationStatus::sent) return verdict;
  if (outcome.attempted) keep_failed_attempt(outcome, stored->row.attempt_count, now);
  if (outcome.status == NotificationStatus::failed_dlq) keep_dead_letter(outcome, *stored, now);
  return verdict;
}

void NotificationStore::update_recorded(const Outcome& outcome, const NotificationRow& row, std::int64_t now) {
  const StatementUse use{update_recorded_};
  const bool failed = outcome.status != NotificationStatus::sent;
  update_recorded_.bindNoCopy(1, outcome.event_id);
  update_recorded_.bind(2, std::string{to_string(row.status)});
  update_recorded_.bind(3, row.attempt_count);
  update_recorded_.bind(4, row.generation);
  update_recorded_.bind(5, row.fanned_out ? 1 : 0);
  update_recorded_.bind(6, row.lapsed_claims);
  bind_bytes(update_recorded_, 7, row.token);
  update_recorded_.bind(8, row.claim == ClaimState::none ? 0 : 1);
  update_recorded_.bind(9);
  if (failed) update_recorded_.bind(9, storable_error(outcome.error));
  update_recorded_.bind(10);
  if (!is_final(outcome.status)) update_recorded_.bind(10, now + in_microseconds(outcome.next_attempt_in));
  update_recorded_.bind(11, outcome.attempted ? 1 : 0);
  update_recorded_.bind(12, now);
  update_recorded_.bind(13, failed && outcome.attempted ? 1 : 0);
  bind_sends(update_recorded_, 14, outcome.sends);
  update_recorded_.exec();
}

void NotificationStore::keep_failed_attempt(const Outcome& outcome, std::int64_t attempt, std::int64_t now) {
  const StatementUse use{insert_attempt_};
  insert_attempt_.bindNoCopy(1, outcome.event_id);
  insert_attempt_.bind(2, attempt);
  insert_attempt_.bind(3, now);
  insert_attempt_.bind(4, storable_error(outcome.error));
  insert_attempt_.bind(5, std::int64_t{outcome.duration.count()});
  bind_sends(insert_attempt_, 6, outcome.sends);
  insert_attempt_.exec();
}

void NotificationStore::keep_dead_letter(const Outcome& outcome, const StoredRow& stored, std::int64_t now) {
  const StatementUse use{insert_dead_letter_};
  insert_dead_letter_.bindNoCopy(1, outcome.event_id);
  insert_dead_letter_.bindNoCopy(2, stored.event_type);
  insert_dead_letter_.bind(3, valid_utf8(outcome.death.reason, 64));
  insert_dead_letter_.bind(4, storable_error(outcome.error));
  insert_dead_letter_.bind(5, stored.row.attempt_count);
  insert_dead_letter_.bind(6, sql::storable_trace(outcome.death.traceparent));
  insert_dead_letter_.bind(7, sql::storable_failure_time(outcome.death.first_failed_at));
  insert_dead_letter_.bind(8, now);
  insert_dead_letter_.bind(9, stored.row.generation);
  insert_dead_letter_.exec();
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
    select_stuck_.bind(
        4, now + in_microseconds(std::max<std::chrono::milliseconds>(longest_claims * idle, shortest_far_ahead)));
    for (std::size_t taken_bytes = 0; taken_bytes < most_bytes_taken && select_stuck_.executeStep();
         taken_bytes += taken.back().payload.size()) {
      taken.push_back({.event_id = text(select_stuck_, 0),
                       .event_type = text(select_stuck_, 1),
                       .timestamp = text(select_stuck_, 2),
                       .payload = text(select_stuck_, 3),
                       .attempt_count = count(select_stuck_, 4),
                       .generation = count(select_stuck_, 5),
                       .route = text(select_stuck_, 6),
                       .fingerprint = bytes<Fingerprint>(select_stuck_, 7),
                       .traceparent = text(select_stuck_, 8),
                       .first_failed_at = rfc3339(select_stuck_, 9)});
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

void NotificationStore::ping_writing() { const SQLite::Transaction undone = begin_writing(database_); }

}  // namespace notifier::embedded
