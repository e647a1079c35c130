#include "mysql/dead_letter_queries.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "mysql/dead_letter_choice.hpp"
#include "mysql/queries.hpp"
#include "mysql/sql_text.hpp"
#include "mysql/sql_time.hpp"

namespace notifier::mysql {
namespace {

/// The first columns of a SELECT that `read_summary` reads.
std::string summary_columns() {
  return "SELECT dead_letters.id, COALESCE(dead_letters.event_id, ''), dead_letters.event_type, reason, error,"
         " dead_letters.attempt_count, deaths, state, " +
         as_rfc3339("died_at");
}

DeadLetterSummary read_summary(const Rows& rows) {
  return {.id = static_cast<std::uint64_t>(rows.number(0)),
          .event_id = std::string{rows.text(1)},
          .event_type = std::string{rows.text(2)},
          .reason = std::string{rows.text(3)},
          .error = std::string{rows.text(4)},
          .attempt_count = static_cast<unsigned>(rows.number(5)),
          .deaths = static_cast<unsigned>(rows.number(6)),
          .state = dead_letter_state_from(rows.text(7)).value(),
          .died_at = std::string{rows.text(8)}};
}

void write_after(SqlText& text, const DeadLetterCursor& after) {
  const std::string time = time_at_microseconds(after.died_at_us);
  text.sql(" AND died_at <= ").sql(time).sql(" AND (died_at < ").sql(time).sql(" OR id < ").value(after.id).sql(")");
}

}  // namespace

SqlResult<DeadLetterPage> list_dead_letters(Connection& connection, const DeadLetterFilter& filter,
                                            std::optional<DeadLetterCursor> after, std::size_t limit) {
  SqlText select{connection};
  select.sql(summary_columns()).sql(", ").sql(as_microseconds("died_at")).sql(" FROM dead_letters WHERE ");
  write_condition(select, filter);
  if (after) write_after(select, *after);
  select.sql(" ORDER BY died_at DESC, id DESC LIMIT ").value(limit + 1);
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  DeadLetterPage page;
  while (rows->next()) {
    if (page.dead_letters.size() == limit) {
      page.next = place_of(page.dead_letters.back());
      break;
    }
    page.dead_letters.push_back(read_summary(*rows));
    page.dead_letters.back().died_at_us = rows->number(9);
  }
  return page;
}

SqlResult<std::vector<DeadLetterGroup>> group_dead_letters(Connection& connection, const DeadLetterFilter& filter,
                                                           std::size_t limit) {
  SqlText select{connection};
  select.sql("SELECT reason, error, COUNT(*), ").sql(as_rfc3339("MIN(died_at)")).sql(", ");
  select.sql(as_rfc3339("MAX(died_at)")).sql(" FROM dead_letters WHERE ");
  write_condition(select, filter);
  select.sql(" GROUP BY reason, error ORDER BY COUNT(*) DESC, reason, error LIMIT ").value(limit);
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  std::vector<DeadLetterGroup> groups;
  while (rows->next()) {
    groups.push_back({.reason = std::string{rows->text(0)},
                      .error = std::string{rows->text(1)},
                      .count = static_cast<std::uint64_t>(rows->number(2)),
                      .oldest = std::string{rows->text(3)},
                      .newest = std::string{rows->text(4)}});
  }
  return groups;
}

SqlResult<std::uint64_t> count_dead_letters(Connection& connection, const DeadLetterChoice& choice) {
  SqlText select{connection};
  select.sql("SELECT COUNT(*) FROM dead_letters WHERE ");
  write_condition(select, choice);
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  return rows->next() ? static_cast<std::uint64_t>(rows->number(0)) : 0;
}

SqlResult<std::optional<DeadLetterRecord>> find_dead_letter(Connection& connection, std::uint64_t id) {
  SqlText select{connection};
  select.sql(summary_columns())
      .sql(", payload IS NOT NULL OR body IS NULL AND identity LIKE 'event:%', dead_letters.first_failed_at,");
  select.sql(" dead_letters.traceparent, body_bytes, ").sql(as_rfc3339("closed_at")).sql(", closed_by, discard_reason,");
  select.sql(" COALESCE(edited_body, body, payload), IF(edited_body IS NULL, original_payload, body), event_timestamp");
  select.sql(" FROM dead_letters LEFT JOIN notifications ON notifications.event_id = dead_letters.event_id");
  select.sql(" AND identity = CONCAT('event:', dead_letters.event_id) WHERE dead_letters.id = ").value(id);
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  if (!rows->next()) return std::nullopt;
  DeadLetterRecord record{.summary = read_summary(*rows),
                          .of_notification = rows->number(9) == 1,
                          .event_timestamp = std::string{rows->text(18)},
                          .first_failed_at = std::string{rows->text(10)},
                          .traceparent = std::string{rows->text(11)},
                          .body = std::string{rows->text(16)},
                          .body_bytes = static_cast<std::uint64_t>(rows->number(12)),
                          .original = std::string{rows->text(17)},
                          .closed_at = std::string{rows->text(13)},
                          .closed_by = std::string{rows->text(14)},
                          .discard_reason = std::string{rows->text(15)},
                          .failed_attempts = {}};
  if (record.of_notification) {
    auto attempts = failed_attempts(connection, record.summary.event_id);
    if (!attempts) return std::unexpected{std::move(attempts.error())};
    record.failed_attempts = std::move(*attempts);
  }
  return record;
}

}  // namespace notifier::mysql
