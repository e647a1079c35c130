#include "sender/clean_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace notifier {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 1;  ///< in bytes
  bool valid = false;
};

constexpr std::array<char32_t, 5> smallest_of_length{0, 0, 0x80, 0x800, 0x10000};

/// The number of bytes that a sequence with this first one has; 0 for none.
std::size_t sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC0 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF8) return 4;
  return 0;
}

/// The first of `text`, which must not be empty. One that is not valid is one byte long.
CodePoint first_code_point(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = sequence_length(first);
  if (length == 0 || length > text.size()) return {};
  char32_t value = length == 1 ? first : first & (0x7FU >> length);
  for (const char byte : text.substr(1, length - 1)) {
    if ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80) return {};
    value = value << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest_of_length[length] || value > 0x10FFFF || surrogate) return {};
  return {.value = value, .length = length, .valid = true};
}

bool is_space(char32_t value) {
  return value == ' ' || (value >= '\t' && value <= '\r') || value == 0x85 || value == 0xA0 || value == 0x2028 ||
         value == 0x2029;
}

bool is_printable(char32_t value) {
  constexpr std::array<std::pair<char32_t, char32_t>, 6> left_out{
      {{0x00, 0x1F}, {0x7F, 0x9F}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}}};
  return std::ranges::none_of(left_out, [value](auto range) { return value >= range.first && value <= range.second; });
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t most) {
  std::string clean;
  bool space = false;
  for (std::size_t characters = 0; !text.empty() && characters < most;) {
    const CodePoint next = first_code_point(text);
    const std::string_view bytes = text.substr(0, next.length);
    text.remove_prefix(next.length);
    if (next.valid && is_space(next.value)) space = !clean.empty();
    if (!next.valid || is_space(next.value) || !is_printable(next.value)) continue;
    if (std::exchange(space, false)) {
      clean += ' ';
      if (++characters == most) break;
    }
    clean += bytes;
    ++characters;
  }
  if (clean.ends_with(' ')) clean.pop_back();
  return clean;
}

}  // namespace notifier
