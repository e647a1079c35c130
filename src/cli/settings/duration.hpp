#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace notifier {

/// A duration as users write it: a number and its unit, `500ms`, `30s`, `5m`, `1h` or `30d`. Nothing if it is not that, or
/// longer than a century.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string text);

/// Text that `parse_duration` takes.
[[nodiscard]] std::string show_duration(std::chrono::milliseconds duration);

}  // namespace notifier
