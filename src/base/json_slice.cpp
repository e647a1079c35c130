#include "base/json_slice.hpp"

#include <algorithm>

namespace notifier {
namespace {

bool is_whitespace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::size_t end_of_string(std::string_view text, std::size_t opening_quote) {
  std::size_t position = opening_quote + 1;
  while (position < text.size() && text[position] != '"') position += text[position] == '\\' ? 2 : 1;
  return std::min(position + 1, text.size());
}

std::size_t end_of_container(std::string_view text, std::size_t opening_bracket) {
  std::size_t depth = 0;
  std::size_t position = opening_bracket;
  while (position < text.size()) {
    switch (text[position]) {
      case '"':
        position = end_of_string(text, position);
        break;
      case '{':
      case '[':
        ++depth;
        ++position;
        break;
      case '}':
      case ']':
        ++position;
        if (--depth == 0) return position;
        break;
      default:
        ++position;
    }
  }
  return text.size();
}

}  // namespace

std::size_t skip_json_whitespace(std::string_view text, std::size_t position) {
  while (position < text.size() && is_whitespace(text[position])) ++position;
  return std::min(position, text.size());
}

std::size_t end_of_json_value(std::string_view text, std::size_t start) {
  if (start >= text.size()) return text.size();
  if (text[start] == '"') return end_of_string(text, start);
  if (text[start] == '{' || text[start] == '[') return end_of_container(text, start);
  return std::min(text.find_first_of(" \t\r\n,}]", start), text.size());
}

std::string_view member_value_text(std::string_view object, std::size_t index) {
  std::size_t position = object.find('{') + 1;
  for (std::size_t member = 0;; ++member) {
    const std::size_t key_end = end_of_string(object, skip_json_whitespace(object, position));
    const std::size_t start = skip_json_whitespace(object, object.find(':', key_end) + 1);
    const std::size_t end = end_of_json_value(object, start);
    if (member == index) return object.substr(start, end - start);
    position = object.find(',', end) + 1;
  }
}

}  // namespace notifier
