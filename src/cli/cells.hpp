#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace notifier {

// Text in cells of a terminal: a wide character takes two, one that combines with the character before it takes none. `text`
// is what `terminal_text` returns, in one line. No character is cut through.

[[nodiscard]] std::size_t cells_of(std::string_view text);

/// Its beginning and an ellipsis, if it takes more than `cells`.
[[nodiscard]] std::string cut_at_end(std::string_view text, std::size_t cells);

/// Its beginning, an ellipsis and its end, if it takes more than `cells`.
[[nodiscard]] std::string cut_in_middle(std::string_view text, std::size_t cells);

/// In lines of at most `cells`, between words where that can be. At least one line.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t cells);

/// Whether letters of a script that is written from right to left are in it.
[[nodiscard]] bool has_right_to_left(std::string_view text);

}  // namespace notifier
