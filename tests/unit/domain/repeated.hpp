#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace notifier::testing {

inline std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace notifier::testing
