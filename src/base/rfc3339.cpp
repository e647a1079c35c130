#include "base/rfc3339.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <ctime>

#include "base/iso_timestamp.hpp"

namespace notifier {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t date_length = std::string_view{"2026-01-31"}.size();
constexpr std::size_t time_length = std::string_view{"2026-01-31T12:00:00"}.size();
constexpr int first_year = 1970;
constexpr int last_year = 2199;

/// The number that `length` digits at `at` make.
int number(std::string_view text, std::size_t at, std::size_t length) {
  int value = 0;
  std::from_chars(text.data() + at, text.data() + at + length, value);
  return value;
}

/// Takes `.123` or `,123` off `text`; zero if it is not there.
nanoseconds take_fraction(std::string_view& text) {
  constexpr std::size_t kept_digits = 9;
  if (!text.starts_with('.') && !text.starts_with(',')) return {};
  const std::size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
  std::string digits{text.substr(1, std::min(end - 1, kept_digits))};
  digits.resize(kept_digits, '0');
  text.remove_prefix(end);
  return nanoseconds{number(digits, 0, kept_digits)};
}

/// What a zone is ahead of UTC.
std::optional<std::chrono::minutes> zone_offset(std::string_view zone) {
  constexpr std::string_view example = "+02:00";
  if (zone == "Z" || zone == "z") return std::chrono::minutes{0};
  if (zone.size() != example.size() || zone[3] != ':') return std::nullopt;
  const std::chrono::minutes offset = std::chrono::hours{number(zone, 1, 2)} + std::chrono::minutes{number(zone, 4, 2)};
  return zone.front() == '-' ? -offset : offset;
}

}  // namespace

std::string to_rfc3339(std::chrono::system_clock::time_point time) {
  const auto whole_seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole_seconds).count();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(whole_seconds);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + length, text.size() - length, ".%03dZ", static_cast<int>(milliseconds));
  return text.data();
}

std::optional<std::chrono::system_clock::time_point> from_rfc3339(std::string_view text) {
  if (!is_iso_timestamp(text) || text.size() < date_length) return std::nullopt;
  const int year = number(text, 0, 4);
  if (year < first_year || year > last_year) return std::nullopt;
  const std::chrono::sys_days day = std::chrono::year{year} / number(text, 5, 2) / number(text, 8, 2);
  if (text.size() == date_length) return day;

  if (text.size() <= time_length || text[time_length - 3] != ':') return std::nullopt;
  const auto time_of_day = std::chrono::hours{number(text, 11, 2)} + std::chrono::minutes{number(text, 14, 2)} +
                           std::chrono::seconds{number(text, 17, 2)};
  text.remove_prefix(time_length);
  const nanoseconds fraction = take_fraction(text);
  const auto offset = zone_offset(text);
  if (!offset) return std::nullopt;
  return day + time_of_day + fraction - *offset;
}

}  // namespace notifier
