#include "storage/sql/dead_letter_choice.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace notifier::sql {
namespace {

std::string time_sql(const Dialect& dialect, std::chrono::system_clock::time_point time) {
  return dialect.time_at(std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

void write_choice_of(Statement& statement, const std::vector<std::uint64_t>& ids) {
  statement.sql("state = 'DEAD' AND id IN (NULL");
  for (const std::uint64_t id : ids) statement.sql(", ").value(id);
  statement.sql(")");
}

}  // namespace

void write_condition(Statement& statement, const Dialect& dialect, const DeadLetterFilter& filter) {
  statement.sql("state = ").value(to_string(filter.state));
  if (!filter.reason.empty()) statement.sql(" AND reason = ").value(filter.reason);
  if (!filter.error.empty()) statement.sql(" AND INSTR(error, ").value(filter.error).sql(") > 0");
  if (!filter.event_type.empty()) statement.sql(" AND event_type = ").value(filter.event_type);
  if (filter.since) statement.sql(" AND died_at >= ").sql(time_sql(dialect, *filter.since));
  if (filter.until) statement.sql(" AND died_at < ").sql(time_sql(dialect, *filter.until));
}

void write_condition(Statement& statement, const Dialect& dialect, const DeadLetterChoice& choice) {
  if (const auto* ids = std::get_if<std::vector<std::uint64_t>>(&choice)) {
    write_choice_of(statement, *ids);
  } else {
    write_condition(statement, dialect, std::get<DeadLetterFilter>(choice));
    statement.sql(" AND state = 'DEAD'");
  }
}

}  // namespace notifier::sql
