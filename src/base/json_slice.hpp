#pragma once

#include <cstddef>
#include <string_view>

namespace notifier {

/// The text of the value of the `index`-th member, from 0, as it stands in `object`, which must be the text of a valid JSON
/// object with more than `index` members.
[[nodiscard]] std::string_view member_value_text(std::string_view object, std::size_t index);

/// Where the value that begins at `start` ends if `text` is valid JSON up to there; otherwise some place not before `start`.
[[nodiscard]] std::size_t end_of_json_value(std::string_view text, std::size_t start);

/// The first place from `position` on that is no whitespace, or the end of `text`.
[[nodiscard]] std::size_t skip_json_whitespace(std::string_view text, std::size_t position);

}  // namespace notifier
