#include "cli/settings/duration.hpp"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <map>

namespace notifier {

using std::chrono::milliseconds;

std::optional<milliseconds> parse_duration(std::string text) {
  constexpr milliseconds longest_duration = std::chrono::days{36'500};
  static const CLI::AsNumberWithUnit with_unit{
      std::map<std::string, std::int64_t>{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}},
      CLI::AsNumberWithUnit::Options(CLI::AsNumberWithUnit::CASE_SENSITIVE | CLI::AsNumberWithUnit::UNIT_REQUIRED)};
  try {
    if (!with_unit(text).empty()) return std::nullopt;
  } catch (const CLI::ValidationError&) {
    return std::nullopt;
  }
  const milliseconds duration{std::stoll(text)};
  if (duration < milliseconds::zero() || duration > longest_duration) return std::nullopt;
  return duration;
}

std::string show_duration(milliseconds duration) {
  constexpr std::int64_t minute = 60'000;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  if (duration.count() > 0 && duration.count() % day == 0) return std::to_string(duration.count() / day) + "d";
  if (duration.count() > 0 && duration.count() % hour == 0) return std::to_string(duration.count() / hour) + "h";
  if (duration.count() > 0 && duration.count() % minute == 0) return std::to_string(duration.count() / minute) + "m";
  if (duration.count() % 1000 == 0) return std::to_string(duration.count() / 1000) + "s";
  return std::to_string(duration.count()) + "ms";
}

}  // namespace notifier
