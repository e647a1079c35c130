#include "storage/sql/dead_letter_queries.hpp"

#include <string>
#include <string_view>

#include "storage/sql/dead_letter_choice.hpp"
#include "storage/sql/dead_letter_rows.hpp"
#include "storage/sql/notifications.hpp"

namespace notifier::sql {
namespace {

/// With the columns that `read_summary` reads.
Statement select_summary(const Dialect& dialect) {
  Statement select{
      "SELECT dead_letters.id, COALESCE(dead_letters.event_id, ''), dead_letters.event_type, reason, error,"
      " dead_letters.attempt_count, deaths, state, "};
  select.sql(dialect.microseconds("died_at"));
  for (const std::string_view column : {"recipient", "route"}) {
    select.sql(", (SELECT ").sql(column).sql(" FROM notifications AS own WHERE own.event_id = dead_letters.event_id AND ");
    select.sql(is_own).sql(")");
  }
  return select;
}

DeadLetterSummary read_summary(const Rows& rows) {
  return {.id = rows.id(0),
          .event_id = rows.string(1),
          .event_type = rows.string(2),
          .recipient = rows.string(9),
          .route = rows.string(10),
          .reason = rows.string(3),
          .error = rows.string(4),
          .attempt_count = rows.count(5),
          .deaths = rows.count(6),
          .state = dead_letter_state_from(rows.text(7)).value(),
          .died_at = rows.rfc3339(8)};
}

/// A comparison of the pair alone would not be recognised as a range of the index.
void write_after(Statement& statement, const Dialect& dialect, const DeadLetterCursor& after) {
  const std::string time = dialect.time_at(after.died_at_us);
  statement.sql(" AND died_at <= ").sql(time).sql(" AND (died_at < ").sql(time).sql(" OR id < ");
  statement.value(after.id).sql(")");
}

Statement select_dead_letter(const Dialect& dialect, std::uint64_t id) {
  Statement select = select_summary(dialect);
  select.sql(", payload IS NOT NULL OR body IS NULL AND identity LIKE 'event:%', dead_letters.first_failed_at,");
  select.sql(" dead_letters.traceparent, body_bytes, ").sql(dialect.microseconds("closed_at"));
  select.sql(", closed_by, discard_reason, COALESCE(edited_body, body, payload),");
  select.sql(" CASE WHEN edited_body IS NULL THEN original_payload ELSE body END, event_timestamp, retries_from");
  select.sql(" FROM dead_letters LEFT")
      .sql(join_notification)
      .sql(" AND ")
      .sql(is_own)
      .sql(" WHERE dead_letters.id = ")
      .value(id);
  return select;
}

}  // namespace

DeadLetterPage list_dead_letters(Session& session, const DeadLetterFilter& filter,
                                 const std::optional<DeadLetterCursor>& after, std::size_t limit) {
  Statement select = select_summary(session.dialect());
  write_condition(select.sql(" FROM dead_letters WHERE "), session.dialect(), filter);
  if (after) write_after(select, session.dialect(), *after);
  const auto rows = session.query(select.sql(" ORDER BY died_at DESC, id DESC LIMIT ").value(limit + 1));
  DeadLetterPage page;
  while (rows->next()) {
    if (page.dead_letters.size() == limit) {
      page.next = place_of(page.dead_letters.back());
      break;
    }
    page.dead_letters.push_back(read_summary(*rows));
    page.dead_letters.back().died_at_us = rows->number(8);
  }
  return page;
}

std::vector<DeadLetterGroup> group_dead_letters(Session& session, const DeadLetterFilter& filter, std::size_t limit) {
  const Dialect& dialect = session.dialect();
  Statement select{"SELECT reason, error, COUNT(*), "};
  select.sql(dialect.microseconds("MIN(died_at)")).sql(", ").sql(dialect.microseconds("MAX(died_at)"));
  write_condition(select.sql(" FROM dead_letters WHERE "), dialect, filter);
  select.sql(" GROUP BY reason, error ORDER BY COUNT(*) DESC, reason, error LIMIT ").value(limit);
  const auto rows = session.query(select);
  std::vector<DeadLetterGroup> groups;
  while (rows->next()) {
    groups.push_back({.reason = rows->string(0),
                      .error = rows->string(1),
                      .count = rows->id(2),
                      .oldest = rows->rfc3339(3),
                      .newest = rows->rfc3339(4)});
  }
  return groups;
}

std::uint64_t count_dead_letters(Session& session, const DeadLetterChoice& choice) {
  Statement select{"SELECT COUNT(*) FROM dead_letters WHERE "};
  write_condition(select, session.dialect(), choice);
  const auto rows = session.query(select);
  return rows->next() ? rows->id(0) : 0;
}

std::optional<DeadLetterRecord> find_dead_letter(Session& session, std::uint64_t id) {
  const auto rows = session.query(select_dead_letter(session.dialect(), id));
  if (!rows->next()) return std::nullopt;
  DeadLetterRecord record{.summary = read_summary(*rows),
                          .of_notification = rows->is_true(11),
                          .event_timestamp = rows->string(20),
                          .first_failed_at = rows->string(12),
                          .traceparent = rows->string(13),
                          .body = rows->string(18),
                          .body_bytes = rows->id(14),
                          .original = rows->string(19),
                          .closed_at = rows->rfc3339(15),
                          .closed_by = rows->string(16),
                          .discard_reason = rows->string(17),
                          .attempts = {},
                          .attempts_before_replay = rows->count(21)};
  if (record.of_notification) record.attempts = read_attempts(session, record.summary.event_id);
  return record;
}

std::map<std::uint64_t, DeadLetterState> states_of_dead_letters(Session& session, const std::vector<std::uint64_t>& ids) {
  std::map<std::uint64_t, DeadLetterState> states;
  if (ids.empty()) return states;
  Statement select{"SELECT id, state FROM dead_letters WHERE id IN "};
  const auto rows = session.query(select.values_in_brackets(ids));
  while (rows->next()) states.emplace(rows->id(0), dead_letter_state_from(rows->text(1)).value());
  return states;
}

std::vector<DeadLettersOfEvent> dead_letters_of_events(Session& session, const std::vector<std::string>& event_ids) {
  std::vector<DeadLettersOfEvent> found;
  if (event_ids.empty()) return found;
  Statement select{"SELECT event_id, state = 'DEAD' AS are_dead, "};
  select.sql(is_own).sql(" AS of_notification, COUNT(*), MAX(id) FROM dead_letters WHERE event_id IN ");
  select.values_in_brackets(event_ids).sql(" GROUP BY event_id, are_dead, of_notification");
  const auto rows = session.query(select);
  while (rows->next()) {
    found.push_back({.event_id = rows->string(0),
                     .are_dead = rows->is_true(1),
                     .of_notification = rows->is_true(2),
                     .count = rows->id(3),
                     .newest = rows->id(4)});
  }
  return found;
}

}  // namespace notifier::sql
