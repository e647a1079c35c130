#pragma once

#include <chrono>
#include <string>

namespace notifier {

/// How far a time in the format of RFC 3339 is from `now`: `3 min ago`, `in 5 s`, and its date when that is more than a
/// hundred days. Other text is returned as it is.
[[nodiscard]] std::string relative_time(const std::string& time, std::chrono::system_clock::time_point now);

/// The time, and behind it, in parentheses, how far it is.
[[nodiscard]] std::string time_and_distance(const std::string& time, std::chrono::system_clock::time_point now);

}  // namespace notifier
