#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace notifier::mysql {

/// The column's time as RFC 3339 with milliseconds, as everywhere else; NULL stays NULL.
[[nodiscard]] std::string as_rfc3339(std::string_view column);

/// The column's time in microseconds since 1970-01-01 UTC.
[[nodiscard]] std::string as_microseconds(std::string_view column);

/// A point in time, in microseconds since 1970-01-01 UTC. Before the year 1000 MySQL knows none: then that year begins.
[[nodiscard]] std::string time_at(std::int64_t since_epoch);

/// As long before now, by the clock of the database.
[[nodiscard]] std::string time_before_now(std::chrono::microseconds ago);

}  // namespace notifier::mysql
