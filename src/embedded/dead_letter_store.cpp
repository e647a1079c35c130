#include "embedded/dead_letter_store.hpp"

#include <limits>
#include <variant>

#include "embedded/columns.hpp"
#include "embedded/database.hpp"
#include "notifier/event_schema.hpp"

namespace notifier::embedded {
namespace {

// Conditions take their values by name, so that any statement may have more of its own.
constexpr const char* filter_condition =
    "state = :state AND (:reason = '' OR reason = :reason) AND (:error = '' OR instr(error, :error) > 0)"
    " AND (:event_type = '' OR event_type = :event_type) AND died_at >= :since AND died_at < :until";

constexpr std::int64_t always_before = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t always_after = std::numeric_limits<std::int64_t>::max();

constexpr const char* summary_columns =
    "SELECT dead_letters.id, COALESCE(dead_letters.event_id, ''), dead_letters.event_type, reason, error,"
    " dead_letters.attempt_count, deaths, state, died_at";

void bind_filter(SQLite::Statement& statement, const DeadLetterFilter& filter) {
  statement.bind(":state", std::string{to_string(filter.state)});
  statement.bind(":reason", filter.reason);
  statement.bind(":error", filter.error);
  statement.bind(":event_type", filter.event_type);
  statement.bind(":since", filter.since ? in_microseconds(*filter.since) : always_before);
  statement.bind(":until", filter.until ? in_microseconds(*filter.until) : always_after);
}

std::string condition_of(const DeadLetterChoice& choice) {
  const auto* ids = std::get_if<std::vector<std::uint64_t>>(&choice);
  if (ids == nullptr) return std::string{"state = 'DEAD' AND "} + filter_condition;
  std::string condition = "state = 'DEAD' AND id IN (NULL";
  for (const std::uint64_t id : *ids) condition += ", " + std::to_string(id);
  return condition + ")";
}

void bind_choice(SQLite::Statement& statement, const DeadLetterChoice& choice) {
  if (const auto* filter = std::get_if<DeadLetterFilter>(&choice)) bind_filter(statement, *filter);
}

DeadLetterSummary read_summary(SQLite::Statement& row) {
  return {.id = static_cast<std::uint64_t>(number(row, 0)),
          .event_id = text(row, 1),
          .event_type = text(row, 2),
          .reason = text(row, 3),
          .error = text(row, 4),
          .attempt_count = embedded::count(row, 5),
          .deaths = embedded::count(row, 6),
          .state = dead_letter_state_from(text(row, 7)).value(),
          .died_at = rfc3339(row, 8)};
}

}  // namespace

DeadLetterPage DeadLetterStore::list(const DeadLetterFilter& filter, std::optional<DeadLetterCursor> after,
                                     std::size_t limit) {
  SQLite::Statement select{database_, std::string{summary_columns} + " FROM dead_letters WHERE " + filter_condition +
                                          " AND (died_at, id) < (:after_time, :after_id)"
                                          " ORDER BY died_at DESC, id DESC LIMIT :limit"};
  bind_filter(select, filter);
  select.bind(":after_time", after ? after->died_at_us : always_after);
  select.bind(":after_id", after ? static_cast<std::int64_t>(after->id) : always_after);
  select.bind(":limit", static_cast<std::int64_t>(limit + 1));
  DeadLetterPage page;
  while (select.executeStep()) {
    if (page.dead_letters.size() == limit) {
      page.next = place_of(page.dead_letters.back());
      break;
    }
    page.dead_letters.push_back(read_summary(select));
    page.dead_letters.back().died_at_us = number(select, 8);
  }
  return page;
}

std::vector<DeadLetterGroup> DeadLetterStore::group(const DeadLetterFilter& filter, std::size_t limit) {
  SQLite::Statement select{database_, std::string{"SELECT reason, error, COUNT(*) AS count, MIN(died_at), MAX(died_at)"
                                                  " FROM dead_letters WHERE "} +
                                          filter_condition +
                                          " GROUP BY reason, error ORDER BY count DESC, reason, error LIMIT :limit"};
  bind_filter(select, filter);
  select.bind(":limit", static_cast<std::int64_t>(limit));
  std::vector<DeadLetterGroup> groups;
  while (select.executeStep()) {
    groups.push_back({.reason = text(select, 0),
                      .error = text(select, 1),
                      .count = static_cast<std::uint64_t>(number(select, 2)),
                      .oldest = rfc3339(select, 3),
                      .newest = rfc3339(select, 4)});
  }
  return groups;
}

std::uint64_t DeadLetterStore::count(const DeadLetterChoice& choice) {
  SQLite::Statement select{database_, "SELECT COUNT(*) FROM dead_letters WHERE " + condition_of(choice)};
  bind_choice(select, choice);
  select.executeStep();
  return static_cast<std::uint64_t>(number(select, 0));
}

std::optional<DeadLetterRecord> DeadLetterStore::find(std::uint64_t id) {
  SQLite::Statement select{
      database_,
      std::string{summary_columns} +
          ", payload IS NOT NULL OR body IS NULL AND identity LIKE 'event:%', dead_letters.first_failed_at, "
          "dead_letters.traceparent, body_bytes, "
          "closed_at, closed_by,"
          " discard_reason, COALESCE(edited_body, body, payload), CASE WHEN edited_body IS NULL THEN original_payload ELSE"
          " body END, event_timestamp FROM dead_letters LEFT JOIN notifications ON identity = 'event:' || "
          "notifications.event_id"
          " WHERE dead_letters.id = ?"};
  select.bind(1, static_cast<std::int64_t>(id));
  if (!select.executeStep()) return std::nullopt;
  DeadLetterRecord record{.summary = read_summary(select),
                          .of_notification = number(select, 9) == 1,
                          .event_timestamp = text(select, 18),
                          .first_failed_at = text(select, 10),
                          .traceparent = text(select, 11),
                          .body = text(select, 16),
                          .body_bytes = static_cast<std::uint64_t>(number(select, 12)),
                          .original = text(select, 17),
                          .closed_at = rfc3339(select, 13),
                          .closed_by = text(select, 14),
                          .discard_reason = text(select, 15),
                          .failed_attempts = {}};
  if (record.of_notification) record.failed_attempts = failed_attempts(record.summary.event_id);
  return record;
}

std::vector<FailedAttempt> DeadLetterStore::failed_attempts(const std::string& event_id) {
  SQLite::Statement select{
      database_, "SELECT attempt, at, error, duration_us FROM notification_attempts WHERE event_id = ? ORDER BY attempt"};
  select.bind(1, event_id);
  std::vector<FailedAttempt> attempts;
  while (select.executeStep()) {
    attempts.push_back({.attempt = embedded::count(select, 0),
                        .at = rfc3339(select, 1),
                        .error = text(select, 2),
                        .duration = duration(select, 3)});
  }
  return attempts;
}

std::uint64_t DeadLetterStore::start_replay(const DeadLetterChoice& choice, unsigned rate, const std::string& requested_by) {
  SQLite::Transaction transaction = begin_writing(database_);
  const std::uint64_t replay = insert_replay(choice, rate, requested_by);
  transaction.commit();
  return replay;
}

std::uint64_t DeadLetterStore::insert_replay(const DeadLetterChoice& choice, unsigned rate,
                                             const std::string& requested_by) {
  SQLite::Statement insert{
      database_, "INSERT INTO replays (state, rate, total, requested_by, created_at) VALUES ('RUNNING', ?, 0, ?, ?)"};
  insert.bind(1, rate);
  insert.bind(2, requested_by);
  insert.bind(3, microseconds_now());
  insert.exec();
  const std::int64_t replay = database_.getLastInsertRowid();
  SQLite::Statement items{database_,
                          "INSERT INTO replay_items (replay_id, dead_letter_id, deaths, state)"
                          " SELECT :replay, id, deaths, 'PENDING' FROM dead_letters WHERE " +
                              condition_of(choice)};
  items.bind(":replay", replay);
  bind_choice(items, choice);
  const int total = items.exec();
  SQLite::Statement update{database_, "UPDATE replays SET total = ? WHERE id = ?"};
  update.bind(1, total);
  update.bind(2, replay);
  update.exec();
  return static_cast<std::uint64_t>(replay);
}

std::optional<std::uint64_t> DeadLetterStore::edit_and_replay(std::uint64_t id, const Event& edited,
                                                              const std::string& requested_by) {
  SQLite::Transaction transaction = begin_writing(database_);
  SQLite::Statement select{database_,
                           "SELECT EXISTS (SELECT 1 FROM notifications WHERE identity = 'event:' || notifications.event_id)"
                           " FROM dead_letters WHERE state = 'DEAD' AND id = ?"};
  select.bind(1, static_cast<std::int64_t>(id));
  if (!select.executeStep()) return std::nullopt;
  const bool is_notification = number(select, 0) == 1;
  select.reset();
  is_notification ? edit_notification(id, edited) : replace_message(id, edited);
  const std::uint64_t replay = insert_replay(std::vector{id}, 0, requested_by);
  transaction.commit();
  return replay;
}

void DeadLetterStore::edit_notification(std::uint64_t id, const Event& edited) {
  SQLite::Statement keep{database_,
                         "UPDATE dead_letters SET original_payload = COALESCE(original_payload, (SELECT payload FROM"
                         " notifications WHERE notifications.event_id = dead_letters.event_id)) WHERE id = ?"};
  keep.bind(1, static_cast<std::int64_t>(id));
  keep.exec();
  SQLite::Statement update{database_,
                           "UPDATE notifications SET payload = ?, recipient = ?, fingerprint = ?,"
                           " original_fingerprint = COALESCE(original_fingerprint, fingerprint) WHERE status = 'FAILED_DLQ'"
                           " AND event_id = (SELECT event_id FROM dead_letters WHERE id = ?)"};
  update.bind(1, edited.payload);
  update.bind(2, edited.recipient.email);
  bind_bytes(update, 3, edited.fingerprint);
  update.bind(4, static_cast<std::int64_t>(id));
  update.exec();
}

void DeadLetterStore::replace_message(std::uint64_t id, const Event& edited) {
  const std::string body = event_message_body(edited.id, edited.type, edited.timestamp, edited.payload);
  SQLite::Statement update{database_, "UPDATE dead_letters SET edited_body = ?, event_id = ?, event_type = ? WHERE id = ?"};
  update.bind(1, body.data(), static_cast<int>(body.size()));
  update.bind(2, edited.id);
  update.bind(3, edited.type);
  update.bind(4, static_cast<std::int64_t>(id));
  update.exec();
}

std::uint64_t DeadLetterStore::discard(const DeadLetterChoice& choice, const std::string& reason,
                                       const std::string& requested_by) {
  SQLite::Statement update{database_,
                           "UPDATE dead_letters SET closed_at = :now, closed_by = :by, discard_reason = :discard_reason,"
                           " to_remove = TRUE, state = 'DISCARDED' WHERE " +
                               condition_of(choice)};
  update.bind(":now", microseconds_now());
  update.bind(":by", requested_by);
  update.bind(":discard_reason", reason);
  bind_choice(update, choice);
  return static_cast<std::uint64_t>(update.exec());
}

}  // namespace notifier::embedded
