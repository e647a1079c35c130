#include "mysql/sql_time.hpp"

#include <algorithm>
#include <cstdint>

namespace notifier::mysql {
namespace {

// What DATETIME can hold: the years 1000 to 9999.
constexpr std::int64_t earliest_time = -30'610'224'000'000'000;
constexpr std::int64_t latest_time = 253'402'300'799'000'000;

}  // namespace

std::string as_rfc3339(std::string_view column) {
  return "CONCAT(LEFT(DATE_FORMAT(" + std::string{column} + ", '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')";
}

std::string as_microseconds(std::string_view column) {
  return "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', " + std::string{column} + ")";
}

std::string time_at(std::int64_t since_epoch) {
  return "(CAST('1970-01-01' AS DATETIME(6)) + INTERVAL " +
         std::to_string(std::clamp(since_epoch, earliest_time, latest_time)) + " MICROSECOND)";
}

std::string time_before_now(std::chrono::microseconds ago) {
  return "(UTC_TIMESTAMP(6) - INTERVAL " + std::to_string(ago.count()) + " MICROSECOND)";
}

}  // namespace notifier::mysql
