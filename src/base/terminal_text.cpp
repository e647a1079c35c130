#include "base/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "base/utf8.hpp"

namespace notifier {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// Control characters, the ends of lines and paragraphs, and what Unicode calls default-ignorable, in order.
constexpr auto hidden = std::to_array<Range>({
    {0x0000, 0x0008}, {0x000B, 0x001F}, {0x007F, 0x009F},   {0x00AD, 0x00AD},   {0x034F, 0x034F},
    {0x061C, 0x061C}, {0x115F, 0x1160}, {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},
    {0x2028, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
});

bool is_hidden(char32_t code_point) {
  const auto* const range = std::ranges::lower_bound(hidden, code_point, {}, &Range::last);
  return range != hidden.end() && code_point >= range->first;
}

bool is_plain(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return (byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\t';
}

void append_unit(std::string& text, std::uint32_t unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  text += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) text += digits[(unit >> shift) & 0xFU];
}

void append_escaped(std::string& text, char32_t code_point) {
  constexpr char32_t first_of_pairs = 0x10000;
  if (code_point < first_of_pairs) return append_unit(text, code_point);
  append_unit(text, 0xD800 + ((code_point - first_of_pairs) >> 10U));
  append_unit(text, 0xDC00 + ((code_point - first_of_pairs) & 0x3FFU));
}

}  // namespace

std::string terminal_text(std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    safe += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::string_view before = text;
    const auto code_point = take_code_point(text);
    if (!code_point) {
      safe += replacement;
    } else if (is_hidden(*code_point)) {
      append_escaped(safe, *code_point);
    } else {
      safe += before.substr(0, before.size() - text.size());
    }
  }
  return safe;
}

}  // namespace notifier
