#include "base/json_line.hpp"

#include <algorithm>

namespace notifier {

std::string in_one_line(std::string json) {
  std::ranges::replace_if(json, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return json;
}

}  // namespace notifier
