#include "domain/iso_timestamp.hpp"

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

  /// Takes two digits that make at most `highest`.
  bool take_two_digits(int highest) {
    const auto number = take_number(2);
    return number && *number <= highest;
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

/// Nothing, if there is no such date; otherwise whether it names a day, so that a time can follow.
std::optional<bool> take_date(Reader& reader) {
  const auto year = reader.take_number(4);
  if (!year) return std::nullopt;
  if (!reader.take('-')) return false;

  const auto month = reader.take_number(2);
  if (!month || *month < 1 || *month > 12) return std::nullopt;
  if (!reader.take('-')) return false;

  const auto day = reader.take_number(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  return date.ok() ? std::optional{true} : std::nullopt;
}

bool take_time_of_day(Reader& reader) {
  if (!reader.take_two_digits(23) || !reader.take(':') || !reader.take_two_digits(59)) return false;
  if (!reader.take(':')) return true;
  if (!reader.take_two_digits(59)) return false;
  return !reader.take('.') || reader.take_digits();
}

bool take_zone(Reader& reader) {
  if (reader.take('Z')) return true;
  if (!reader.take('+') && !reader.take('-')) return true;
  if (!reader.take_two_digits(23)) return false;
  if (reader.at_end()) return true;
  reader.take(':');
  return reader.take_two_digits(59);
}

}  // namespace

bool is_iso_timestamp(std::string_view text) {
  if (text.size() > longest_timestamp) return false;
  Reader reader{text};
  const auto names_a_day = take_date(reader);
  if (!names_a_day) return false;
  if (reader.at_end()) return true;
  return *names_a_day && reader.take('T') && take_time_of_day(reader) && take_zone(reader) && reader.at_end();
}

}  // namespace notifier
