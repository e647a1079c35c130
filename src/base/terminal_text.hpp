#pragma once

#include <string>
#include <string_view>

namespace notifier {

/// `text` made safe for a terminal, in lines: what could command it, or make text look other than it is (control characters
/// but for tabs and line ends, those of writing direction, and what takes no room), is written as JSON escapes it, `\u202e`;
/// U+FFFD stands for each byte that is not UTF-8. Valid JSON remains so, with the same meaning.
[[nodiscard]] std::string terminal_text(std::string_view text);

}  // namespace notifier
