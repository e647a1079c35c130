#pragma once

#include <string_view>

namespace notifier {

/// Whether `text` is a date, or a date and a time, in the extended format of ISO 8601: `2023`, `2023-10`, `2023-10-27`, or
/// the last with `T10:00` or `T10:00:00`, a fraction of the second after a point or a comma, and `Z` or an offset (`+02:00`,
/// `+0200`, `+02`). As RFC 3339 allows, `t`, a space and `z` do as well, and the last minute of a month in UTC may have a
/// second 60. Days must exist in their month. Not longer than 64 characters.
[[nodiscard]] bool is_iso_timestamp(std::string_view text);

}  // namespace notifier
