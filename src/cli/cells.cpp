#include "cli/cells.hpp"

#include <clocale>
#include <cwchar>
#include <optional>

#include "base/utf8.hpp"

namespace notifier {
namespace {

constexpr std::string_view ellipsis = "…";

/// The C library knows it of every character, in a locale for UTF-8.
std::size_t cells_of_character(std::optional<char32_t> character) {
  if (!character || (*character >= 0x20 && *character < 0x7F)) return 1;
  static const ::locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) return 1;
  const ::locale_t before = ::uselocale(utf8);
  const int cells = ::wcwidth(static_cast<wchar_t>(*character));
  ::uselocale(before);
  return cells < 0 ? 1 : static_cast<std::size_t>(cells);
}

std::size_t take_cells(std::string_view& text) { return cells_of_character(take_code_point(text)); }

/// How long, in bytes, a beginning is that takes at most `cells`.
std::size_t bytes_within(std::string_view text, std::size_t cells) {
  std::size_t bytes = 0;
  std::size_t taken = 0;
  for (std::string_view rest = text; !rest.empty(); bytes = text.size() - rest.size()) {
    taken += take_cells(rest);
    if (taken > cells) break;
  }
  return bytes;
}

/// The longest end that takes at most `cells`.
std::string_view end_within(std::string_view text, std::size_t cells) {
  std::size_t left = cells_of(text);
  while (left > cells) left -= take_cells(text);
  // What combines with a character that is gone goes with it.
  for (std::string_view rest = text; !rest.empty() && take_cells(rest) == 0;) text = rest;
  return text;
}

/// How many bytes of `text` make the next line.
std::size_t bytes_of_line(std::string_view text, std::size_t cells) {
  const std::size_t end = bytes_within(text, cells);
  if (end == text.size()) return end;
  const std::size_t space = text.rfind(' ', end);
  if (space != std::string_view::npos && space > 0) return space;
  if (end > 0) return end;
  std::string_view rest = text;
  take_cells(rest);
  return text.size() - rest.size();
}

bool is_right_to_left(char32_t character) {
  return (character >= 0x590 && character <= 0x8FF) || (character >= 0xFB1D && character <= 0xFDFF) ||
         (character >= 0xFE70 && character <= 0xFEFC) || (character >= 0x10800 && character <= 0x10FFF) ||
         (character >= 0x1E800 && character <= 0x1EFFF);
}

}  // namespace

std::size_t cells_of(std::string_view text) {
  std::size_t cells = 0;
  while (!text.empty()) cells += take_cells(text);
  return cells;
}

std::string cut_at_end(std::string_view text, std::size_t cells) {
  if (cells_of(text) <= cells) return std::string{text};
  const std::size_t kept = cells == 0 ? 0 : cells - 1;
  return std::string{text.substr(0, bytes_within(text, kept))}.append(ellipsis);
}

std::string cut_in_middle(std::string_view text, std::size_t cells) {
  if (cells_of(text) <= cells) return std::string{text};
  const std::size_t kept = cells == 0 ? 0 : cells - 1;
  const std::size_t at_end = kept / 2;
  return std::string{text.substr(0, bytes_within(text, kept - at_end))}.append(ellipsis).append(end_within(text, at_end));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t cells) {
  std::vector<std::string> lines;
  do {
    const std::size_t end = bytes_of_line(text, cells);
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with(' ')) text.remove_prefix(1);
  } while (!text.empty());
  return lines;
}

bool has_right_to_left(std::string_view text) {
  while (!text.empty()) {
    if (const auto character = take_code_point(text); character && is_right_to_left(*character)) return true;
  }
  return false;
}

}  // namespace notifier
