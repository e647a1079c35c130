#include "notifier/rfc3339.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace notifier {

std::string to_rfc3339(std::chrono::system_clock::time_point time) {
  const auto whole_seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole_seconds).count();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(whole_seconds);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + length, text.size() - length, ".%03dZ", static_cast<int>(milliseconds));
  return text.data();
}

}  // namespace notifier
