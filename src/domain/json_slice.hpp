#pragma once

#include <cstddef>
#include <string_view>

namespace notifier {

/// The text of the value of the `index`-th member, from 0, as it stands in `object`, which must be the text of a valid JSON
/// object with more than `index` members.
[[nodiscard]] std::string_view member_value_text(std::string_view object, std::size_t index);

}  // namespace notifier
