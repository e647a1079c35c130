#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace notifier {

/// The text of a file that people write, without the byte order mark that some editors put before it. It is UTF-8: for
/// UTF-16 and UTF-32, with or without a mark, the error says so. The error continues the name of the file, as in
/// `is UTF-16: …`.
[[nodiscard]] std::expected<std::string_view, std::string> text_of_file(std::string_view bytes);

/// The text of the file at `path`, or of standard input where that is `-`. The error is a sentence: `cannot read 'PATH': `
/// and the system's words, or that it has more than `most` bytes, some KiB, or is no UTF-8.
[[nodiscard]] std::expected<std::string, std::string> read_text_file(const std::string& path, std::size_t most);

}  // namespace notifier
