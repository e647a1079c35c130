#include "storage/sql/session.hpp"

#include "notifier/rfc3339.hpp"

namespace notifier::sql {

using std::chrono::microseconds;

std::string Rows::rfc3339(unsigned column) const {
  if (is_null(column)) return {};
  return to_rfc3339(std::chrono::system_clock::time_point{microseconds{number(column)}});
}

std::optional<microseconds> Rows::duration(unsigned column) const {
  if (is_null(column)) return std::nullopt;
  return microseconds{number(column)};
}

}  // namespace notifier::sql
