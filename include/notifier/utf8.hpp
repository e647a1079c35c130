#pragma once

#include <cstddef>
#include <string_view>

namespace notifier {

/// Takes the first code point off `text`, which must be valid UTF-8 and not empty.
[[nodiscard]] char32_t take_code_point(std::string_view& text);

/// Length in UTF-16 code units, which is what clients in JavaScript, Java and C# count. `text` must be valid UTF-8.
[[nodiscard]] std::size_t utf16_length(std::string_view text);

}  // namespace notifier
