#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <vector>

#include "notifier/notification_history.hpp"

/// What all adapters of `NotificationHistory` have in common.
namespace notifier {

/// No statement looks at more rows: some tenths of a second, unless they have to be fetched from the disk.
inline constexpr std::size_t most_rows_looked_at = 100'000;

/// Since 1970-01-01 UTC. Rounded up: rows have whole microseconds, and this is what divides them as `time` does.
[[nodiscard]] std::int64_t to_microseconds(std::chrono::system_clock::time_point time);

/// Created from `since_us` and before `until_us`, in microseconds since 1970-01-01 UTC.
struct CountWindow {
  std::int64_t since_us = 0;
  std::int64_t until_us = 0;
};

/// The newest part of a window, counted.
struct CountedSlice {
  std::int64_t since_us = 0;  ///< where it begins; the window's own, or later when there is more to count
  std::vector<NotificationCount> counts;
};

using CountSlice = std::function<std::expected<CountedSlice, RepositoryError>(CountWindow)>;

/// Counts slice by slice, newest first, so that no statement takes long, and for some seconds in all.
[[nodiscard]] std::expected<NotificationCounts, RepositoryError> count_in_slices(std::chrono::system_clock::time_point since,
                                                                                 std::chrono::system_clock::time_point until,
                                                                                 const CountSlice& count_slice);

}  // namespace notifier
