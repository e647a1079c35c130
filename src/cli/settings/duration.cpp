#include "cli/settings/duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

namespace notifier {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds longest_duration = std::chrono::days{36'500};

/// From the longest to the shortest.
constexpr auto duration_units = std::to_array<std::pair<std::string_view, milliseconds>>({{"w", std::chrono::weeks{1}},
                                                                                          {"d", std::chrono::days{1}},
                                                                                          {"h", std::chrono::hours{1}},
                                                                                          {"m", std::chrono::minutes{1}},
                                                                                          {"s", std::chrono::seconds{1}},
                                                                                          {"ms", milliseconds{1}}});

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  milliseconds duration{0};
  const auto* longest_left = duration_units.begin();
  do {
    std::int64_t number = 0;
    const bool begins_with_digit = !text.empty() && is_digit(text.front());
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!begins_with_digit || error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    const std::string_view name =
        text.substr(0, static_cast<std::size_t>(std::ranges::find_if(text, is_digit) - text.begin()));
    const auto* const unit =
        std::ranges::find(longest_left, duration_units.end(), name, &std::pair<std::string_view, milliseconds>::first);
    if (unit == duration_units.end() || number > longest_duration / unit->second) return std::nullopt;
    duration += number * unit->second;
    text.remove_prefix(name.size());
    longest_left = unit + 1;
  } while (!text.empty());
  if (duration > longest_duration) return std::nullopt;
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
