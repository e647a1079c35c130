#include "mysql/dead_letter_choice.hpp"

#include "mysql/sql_time.hpp"

namespace notifier::mysql {
namespace {

void write_choice_of(SqlText& text, const std::vector<std::uint64_t>& ids) {
  text.sql("state = 'DEAD' AND id IN (NULL");
  for (const std::uint64_t id : ids) text.sql(", ").value(id);
  text.sql(")");
}

}  // namespace

void write_condition(SqlText& text, const DeadLetterFilter& filter) {
  text.sql("state = ").value(to_string(filter.state));
  if (!filter.reason.empty()) text.sql(" AND reason = ").value(filter.reason);
  if (!filter.error.empty()) text.sql(" AND INSTR(error, ").value(filter.error).sql(") > 0");
  if (!filter.event_type.empty()) text.sql(" AND event_type = ").value(filter.event_type);
  if (filter.since) text.sql(" AND died_at >= ").sql(time_at(*filter.since));
  if (filter.until) text.sql(" AND died_at < ").sql(time_at(*filter.until));
}

void write_condition(SqlText& text, const DeadLetterChoice& choice) {
  if (const auto* ids = std::get_if<std::vector<std::uint64_t>>(&choice)) {
    write_choice_of(text, *ids);
  } else {
    write_condition(text, std::get<DeadLetterFilter>(choice));
    text.sql(" AND state = 'DEAD'");
  }
}

}  // namespace notifier::mysql
