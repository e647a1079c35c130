#include "base/email_address.hpp"

#include <algorithm>
#include <cstddef>

#include "base/address_grammar.hpp"
#include "base/utf8.hpp"

namespace notifier {
namespace {

constexpr std::size_t longest_address = 254;

/// Outside ASCII: what shows as text. Not a control, a space, a mark of text direction, private or no character at all.
bool is_international(char32_t c) {
  struct Range {
    char32_t first;
    char32_t last;
  };
  constexpr Range refused[] = {
      {0x0080, 0x00A0},    // controls of Latin-1, no-break space
      {0x00AD, 0x00AD},    // soft hyphen
      {0x061C, 0x061C},    // Arabic letter mark
      {0x1680, 0x1680},    // Ogham space
      {0x180E, 0x180E},    // Mongolian vowel separator
      {0x2000, 0x200B},    // spaces; the joiners after them belong to words and emoji
      {0x200E, 0x200F},    // marks of direction
      {0x2028, 0x202F},    // line and paragraph separators, embeddings and overrides of direction, narrow space
      {0x205F, 0x206F},    // mathematical space, invisible operators, isolates of direction
      {0x3000, 0x3002},    // ideographic space, comma and full stop, which browsers take for a dot
      {0xE000, 0xF8FF},    // private use
      {0xFDD0, 0xFDEF},    // no characters
      {0xFE00, 0xFE0E},    // variation selectors but the one of emoji
      {0xFEFF, 0xFEFF},    // byte order mark
      {0xFF00, 0xFFEF},    // full-width doubles of ASCII
      {0xFFF0, 0xFFFF},    // specials, no characters
      {0xE0000, 0x10FFFF}  // tags, private use
  };
  return !is_ascii(c) &&
         std::ranges::none_of(refused, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

bool is_top_level_label(std::string_view text) {
  constexpr std::string_view a_label_prefix = "xn--";
  if (text.starts_with(a_label_prefix)) return text.size() > a_label_prefix.size() && all_code_points(text, is_ascii);
  return utf16_length(text) >= 2 &&
         all_code_points(text, [](char32_t c) { return is_ascii_letter(c) || is_international(c); });
}

bool is_domain(std::string_view text) {
  const std::size_t last_dot = text.rfind('.');
  return last_dot != std::string_view::npos &&
         all_parts(text, [](std::string_view label) { return is_label(label, is_international); }) &&
         is_top_level_label(text.substr(last_dot + 1));
}

}  // namespace

bool is_email_address(std::string_view text) {
  if (utf16_length(text) > longest_address) return false;
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return false;
  const std::string_view local = text.substr(0, at);
  return local.size() <= longest_local_part && is_dot_string(local, is_international) && is_domain(text.substr(at + 1));
}

}  // namespace notifier
