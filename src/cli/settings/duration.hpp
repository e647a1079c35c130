#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace notifier {

/// A duration as users write it: a number and its unit, `500ms`, `30s`, `5m`, `1h`, `30d` or `1w`, or several of them, from
/// the longest unit to the shortest: `1h30m`. Nothing if it is not that, or longer than a century.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Text that `parse_duration` takes.
[[nodiscard]] std::string show_duration(std::chrono::milliseconds duration);

}  // namespace notifier
