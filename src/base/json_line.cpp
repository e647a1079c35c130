#include "base/json_line.hpp"

#include <algorithm>

namespace notifier {

std::string in_one_line(std::string json) {
  std::ranges::replace_if(json, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return json;
}

std::string spaced_json(std::string_view json) {
  std::string text;
  bool is_in_string = false;
  bool is_escaped = false;
  for (const char c : json) {
    const bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (is_space && !is_in_string) continue;
    text += c;
    if (c == '"' && !is_escaped) is_in_string = !is_in_string;
    is_escaped = is_in_string && c == '\\' && !is_escaped;
    if (!is_in_string && (c == ',' || c == ':')) text += ' ';
  }
  return text;
}

}  // namespace notifier
