#include "base/clean_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.hpp"

namespace notifier {
namespace {

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
    const std::string_view before = text;
    const auto next = take_code_point(text);
    if (next && is_space(*next)) space = !clean.empty();
    if (!next || is_space(*next) || !is_printable(*next)) continue;
    if (std::exchange(space, false)) {
      clean += ' ';
      if (++characters == most) break;
    }
    clean += before.substr(0, before.size() - text.size());
    ++characters;
  }
  if (clean.ends_with(' ')) clean.pop_back();
  return clean;
}

}  // namespace notifier
