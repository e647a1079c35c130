#include "base/iso_timestamp.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace notifier {
namespace {

constexpr std::size_t longest_timestamp = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads from the front of a text; what was read is gone from it.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_{text} {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool take(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool take_one_of(std::string_view wanted) {
    if (rest_.empty() || !wanted.contains(rest_.front())) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// The number that exactly the next `count` digits make.
  std::optional<int> take_number(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(rest_[i])) return std::nullopt;
      number = 10 * number + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return number;
  }

  /// The number that the next two digits make, if it is `highest` at the most.
  std::optional<int> take_two_digits(int highest) {
    const auto number = take_number(2);
    return number && *number <= highest ? number : std::nullopt;
  }

  /// Takes all digits that come; false if there is none.
  bool take_digits() {
    const std::size_t before = rest_.size();
    while (!rest_.empty() && is_digit(rest_.front())) rest_.remove_prefix(1);
    return rest_.size() < before;
  }

 private:
  std::string_view rest_;
};

/// What a timestamp names, as far as its parts bear on each other.
struct Moment {
  std::optional<std::chrono::sys_days> day;  ///< none: only a year, or a month of one
  std::chrono::minutes time_of_day{0};
  bool leap_second = false;
  std::chrono::minutes offset{0};  ///< what its zone is ahead of UTC
};

bool take_date(Reader& reader, Moment& moment) {
  const auto year = reader.take_number(4);
  if (!year) return false;
  if (!reader.take('-')) return true;

  const auto month = reader.take_number(2);
  if (!month || *month < 1 || *month > 12) return false;
  if (!reader.take('-')) return true;

  const auto day = reader.take_number(2);
  if (!day) return false;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  moment.day = date;
  return date.ok();
}

bool take_time_of_day(Reader& reader, Moment& moment) {
  const auto hour = reader.take_two_digits(23);
  if (!hour || !reader.take(':')) return false;
  const auto minute = reader.take_two_digits(59);
  if (!minute) return false;
  moment.time_of_day = std::chrono::hours{*hour} + std::chrono::minutes{*minute};
  if (!reader.take(':')) return true;
  const auto second = reader.take_two_digits(60);
  if (!second) return false;
  moment.leap_second = *second == 60;
  return !reader.take_one_of(".,") || reader.take_digits();
}

bool take_zone(Reader& reader, Moment& moment) {
  if (reader.take_one_of("Zz")) return true;
  const bool behind = reader.take('-');
  if (!behind && !reader.take('+')) return true;
  const auto hours = reader.take_two_digits(23);
  if (!hours) return false;
  std::optional<int> minutes = 0;
  if (!reader.at_end()) {
    reader.take(':');
    minutes = reader.take_two_digits(59);
    if (!minutes) return false;
  }
  moment.offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  if (behind) moment.offset = -moment.offset;
  return true;
}

/// Whether its minute is the last of a month in UTC, the only one that may have a second 60.
bool may_have_leap_second(const Moment& moment) {
  const auto next_minute = *moment.day + moment.time_of_day - moment.offset + std::chrono::minutes{1};
  const auto next_day = std::chrono::floor<std::chrono::days>(next_minute);
  return next_day == next_minute && std::chrono::year_month_day{next_day}.day() == std::chrono::day{1};
}

}  // namespace

bool is_iso_timestamp(std::string_view text) {
  if (text.size() > longest_timestamp) return false;
  Reader reader{text};
  Moment moment;
  if (!take_date(reader, moment)) return false;
  if (reader.at_end()) return true;
  if (!moment.day || !reader.take_one_of("Tt ")) return false;
  if (!take_time_of_day(reader, moment) || !take_zone(reader, moment) || !reader.at_end()) return false;
  return !moment.leap_second || may_have_leap_second(moment);
}

}  // namespace notifier
