#pragma once

#include <string_view>

namespace notifier {

/// Whether `text` is a date, or a date and a time, in the extended format of ISO 8601: `2023`, `2023-10`, `2023-10-27`, or
/// the last with `T10:00` or `T10:00:00`, a fraction of the second, and `Z` or an offset (`+02:00`, `+0200`, `+02`). Days
/// must exist in their month. Not longer than 64 characters.
[[nodiscard]] bool is_iso_timestamp(std::string_view text);

}  // namespace notifier
