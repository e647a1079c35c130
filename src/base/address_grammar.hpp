#pragma once

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <string_view>

#include "base/utf8.hpp"

namespace notifier {

// What e-mail addresses are made of. What is outside ASCII is up to whoever asks: `is_other(code_point)`.

// RFC 5321, 4.5.3.1 and RFC 1035, in bytes.
inline constexpr std::size_t longest_local_part = 64;
inline constexpr std::size_t longest_label = 63;

[[nodiscard]] constexpr bool is_ascii(char32_t c) { return c < 0x80; }

[[nodiscard]] constexpr bool is_ascii_letter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }

[[nodiscard]] constexpr bool is_ascii_letter_or_digit(char32_t c) { return is_ascii_letter(c) || (c >= U'0' && c <= U'9'); }

/// Whether `holds` for each code point of `text`. False if it is not UTF-8.
template <typename Predicate>
[[nodiscard]] bool all_code_points(std::string_view text, Predicate holds) {
  while (!text.empty()) {
    const auto code_point = take_code_point(text);
    if (!code_point || !holds(*code_point)) return false;
  }
  return true;
}

/// Whether `holds` for each of the parts between the dots of `text`.
template <typename Predicate>
[[nodiscard]] bool all_parts(std::string_view text, Predicate holds) {
  return !text.empty() &&
         std::ranges::all_of(std::views::split(text, '.'), [&](auto part) { return holds(std::string_view{part}); });
}

/// `Dot-string` of RFC 5321 and 6531: atoms with dots between.
template <typename Predicate>
[[nodiscard]] bool is_dot_string(std::string_view text, Predicate is_other) {
  constexpr std::u32string_view marks = U"!#$%&'*+-/=?^_`{|}~";
  return all_parts(text, [&](std::string_view atom) {
    return !atom.empty() && all_code_points(atom, [&](char32_t c) {
      return is_ascii(c) ? is_ascii_letter_or_digit(c) || marks.contains(c) : is_other(c);
    });
  });
}

/// A part of a domain.
template <typename Predicate>
[[nodiscard]] bool is_label(std::string_view text, Predicate is_other) {
  if (text.empty() || text.size() > longest_label || text.starts_with('-') || text.ends_with('-')) return false;
  return all_code_points(text,
                         [&](char32_t c) { return is_ascii(c) ? is_ascii_letter_or_digit(c) || c == U'-' : is_other(c); });
}

}  // namespace notifier
