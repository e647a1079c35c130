#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace notifier {

/// `2026-01-31T12:00:00.123Z` (RFC 3339 section 5.6, UTC, milliseconds).
[[nodiscard]] std::string to_rfc3339(std::chrono::system_clock::time_point time);

/// The time that a text in the format of RFC 3339 names, or the first moment, in UTC, of a date like `2026-01-31`. Nothing
/// if it is neither, or not between 1970 and 2199.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> from_rfc3339(std::string_view text);

}  // namespace notifier
