#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace notifier {

/// Takes the first code point off `text`, which must not be empty. Nothing if there is none (RFC 3629, 4): then its first
/// byte is taken off.
[[nodiscard]] std::optional<char32_t> take_code_point(std::string_view& text);

/// `text` cut between code points to at most `max_bytes`, with U+FFFD for each byte that is part of none.
[[nodiscard]] std::string valid_utf8(std::string_view text, std::size_t max_bytes);

/// Length in UTF-16 code units, which is what clients in JavaScript, Java and C# count. `text` must be valid UTF-8.
[[nodiscard]] std::size_t utf16_length(std::string_view text);

}  // namespace notifier
