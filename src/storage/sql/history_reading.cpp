#include "storage/sql/history_reading.hpp"

#include <map>
#include <string>
#include <utility>

namespace notifier {
namespace {

constexpr std::chrono::seconds counting_time{3};

}  // namespace

std::int64_t to_microseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::ceil<std::chrono::microseconds>(time.time_since_epoch()).count();
}

std::expected<NotificationCounts, RepositoryError> count_in_slices(std::chrono::system_clock::time_point since,
                                                                   std::chrono::system_clock::time_point until,
                                                                   const CountSlice& count_slice) {
  const auto deadline = std::chrono::steady_clock::now() + counting_time;
  CountWindow left{.since_us = to_microseconds(since), .until_us = to_microseconds(until)};
  std::map<std::pair<NotificationStatus, std::string>, std::uint64_t> sums;
  while (left.since_us < left.until_us && std::chrono::steady_clock::now() < deadline) {
    const auto slice = count_slice(left);
    if (!slice) return std::unexpected{slice.error()};
    for (const NotificationCount& count : slice->counts) sums[{count.status, count.event_type}] += count.count;
    left.until_us = slice->since_us;
  }
  NotificationCounts counts{.since = since, .until = until, .complete = left.until_us <= left.since_us, .counts = {}};
  if (!counts.complete) {
    counts.since = std::chrono::system_clock::time_point{std::chrono::microseconds{left.until_us}};
  }
  for (const auto& [key, sum] : sums) counts.counts.push_back({.status = key.first, .event_type = key.second, .count = sum});
  return counts;
}

}  // namespace notifier
