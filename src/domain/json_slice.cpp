#include "domain/json_slice.hpp"

#include <algorithm>

namespace notifier {
namespace {

constexpr std::string_view whitespace = " \t\r\n";

std::size_t skip_whitespace(std::string_view text, std::size_t position) {
  return std::min(text.find_first_not_of(whitespace, position), text.size());
}

std::size_t end_of_string(std::string_view text, std::size_t opening_quote) {
  std::size_t position = opening_quote + 1;
  while (position < text.size() && text[position] != '"') position += text[position] == '\\' ? 2 : 1;
  return position + 1;
}

std::size_t end_of_container(std::string_view text, std::size_t opening_bracket) {
  std::size_t depth = 0;
  std::size_t position = opening_bracket;
  while (position < text.size()) {
    position = text.find_first_of("\"{}[]", position);
    if (position == std::string_view::npos) return text.size();
    const char found = text[position];
    if (found == '"') {
      position = end_of_string(text, position);
      continue;
    }
    ++position;
    depth = found == '{' || found == '[' ? depth + 1 : depth - 1;
    if (depth == 0) return position;
  }
  return text.size();
}

std::size_t end_of_value(std::string_view text, std::size_t start) {
  if (text[start] == '"') return end_of_string(text, start);
  if (text[start] == '{' || text[start] == '[') return end_of_container(text, start);
  return std::min(text.find_first_of(" \t\r\n,}", start), text.size());
}

}  // namespace

std::string_view member_value_text(std::string_view object, std::size_t index) {
  std::size_t position = object.find('{') + 1;
  for (std::size_t member = 0;; ++member) {
    const std::size_t key_end = end_of_string(object, skip_whitespace(object, position));
    const std::size_t start = skip_whitespace(object, object.find(':', key_end) + 1);
    const std::size_t end = end_of_value(object, start);
    if (member == index) return object.substr(start, end - start);
    position = object.find(',', end) + 1;
  }
}

}  // namespace notifier
