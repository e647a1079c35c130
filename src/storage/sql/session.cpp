#include "storage/sql/session.hpp"

#include <algorithm>

#include "base/rfc3339.hpp"

namespace notifier::sql {

using std::chrono::microseconds;
using std::chrono::system_clock;

/// What a column can hold goes beyond what the clock can.
std::string Rows::rfc3339(unsigned column) const {
  constexpr auto earliest = std::chrono::ceil<microseconds>(system_clock::time_point::min().time_since_epoch());
  constexpr auto latest = std::chrono::floor<microseconds>(system_clock::time_point::max().time_since_epoch());
  if (is_null(column)) return {};
  return to_rfc3339(system_clock::time_point{std::clamp(microseconds{number(column)}, earliest, latest)});
}

std::optional<microseconds> Rows::duration(unsigned column) const {
  if (is_null(column)) return std::nullopt;
  return microseconds{number(column)};
}

}  // namespace notifier::sql
