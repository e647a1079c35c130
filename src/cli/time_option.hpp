#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace notifier {

/// The point in time that somebody in a shell means: a date or a time as ISO 8601 has them, seconds or not, in the zone of
/// this process (TZ) unless it tells its own; or how long before `now`, like `90m` or `2d`. Nothing if it is neither.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_time(std::string text,
                                                                              std::chrono::system_clock::time_point now);

/// Adds `--since` and `--until`, which write what they mean. `what` happened then: "Created", "Died". A window in which
/// there is no time is refused.
void add_window(CLI::App& parser, const std::string& what, std::optional<std::chrono::system_clock::time_point>& since,
                std::optional<std::chrono::system_clock::time_point>& until);

}  // namespace notifier
