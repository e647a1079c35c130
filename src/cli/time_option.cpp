#include "cli/time_option.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <functional>

#include "base/iso_timestamp.hpp"
#include "base/rfc3339.hpp"
#include "cli/settings/duration.hpp"

namespace notifier {
namespace {

using std::chrono::system_clock;

constexpr std::size_t length_of_day = std::string_view{"2026-01-31"}.size();
constexpr std::size_t length_of_minute = std::string_view{"12:00"}.size();
constexpr const char* time_examples = "1h or 2d (ago), 2026-01-31, \"2026-01-31 12:00\" or 2026-01-31T12:00:00Z";

/// Of a time in UTC, the one at which clocks here show the same.
std::optional<system_clock::time_point> same_on_clocks_here(std::optional<system_clock::time_point> utc) {
  if (!utc) return std::nullopt;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*utc);
  const std::time_t shown = system_clock::to_time_t(seconds);
  std::tm parts{};
  ::gmtime_r(&shown, &parts);
  parts.tm_isdst = -1;
  return system_clock::from_time_t(std::mktime(&parts)) + (*utc - seconds);
}

/// An offset as RFC 3339 has it, of those that ISO 8601 knows: `+02:00`, `+0200`, `+02`.
std::string with_minutes(std::string zone) {
  constexpr std::size_t length_of_hours = 3;
  if (zone.size() == length_of_hours) zone += "00";
  if (zone.size() == length_of_hours + 2) zone.insert(length_of_hours, ":");
  return zone;
}

std::optional<system_clock::time_point> parse_point(const std::string& text) {
  if (!is_iso_timestamp(text) || text.size() < length_of_day) return std::nullopt;
  if (text.size() == length_of_day) return same_on_clocks_here(from_rfc3339(text));
  const std::size_t zone = std::min(text.find_first_of("Zz+-", length_of_day), text.size());
  std::string time = text.substr(length_of_day + 1, zone - length_of_day - 1);
  if (time.size() == length_of_minute) time += ":00";
  const std::string day_and_time = text.substr(0, length_of_day) + 'T' + time;
  if (zone == text.size()) return same_on_clocks_here(from_rfc3339(day_and_time + 'Z'));
  return from_rfc3339(day_and_time + with_minutes(text.substr(zone)));
}

void add_time(CLI::App& parser, const std::string& name, std::optional<system_clock::time_point>& place,
              const std::string& help, const std::function<bool()>& is_window) {
  const auto write = [&place, name, is_window](const std::string& text) {
    place = parse_time(text, system_clock::now());
    if (!place) throw CLI::ValidationError{name, std::string{"must be a time: "} + time_examples + "."};
    if (!is_window()) throw CLI::ValidationError{"--since", "must be before --until."};
  };
  parser.add_option_function<std::string>(name, write, help)->type_name("TIME");
}

}  // namespace

std::optional<system_clock::time_point> parse_time(std::string text, system_clock::time_point now) {
  if (const auto ago = parse_duration(text)) return now - *ago;
  return parse_point(text);
}

void add_window(CLI::App& parser, const std::string& what, std::optional<system_clock::time_point>& since,
                std::optional<system_clock::time_point>& until) {
  const auto is_window = [&since, &until] { return !since || !until || *since < *until; };
  add_time(parser, "--since", since, what + " then or later: " + time_examples, is_window);
  add_time(parser, "--until", until, what + " before", is_window);
}

}  // namespace notifier
