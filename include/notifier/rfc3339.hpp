#pragma once

#include <chrono>
#include <string>

namespace notifier {

/// `2026-01-31T12:00:00.123Z` (RFC 3339 section 5.6, UTC, milliseconds).
[[nodiscard]] std::string to_rfc3339(std::chrono::system_clock::time_point time);

}  // namespace notifier
