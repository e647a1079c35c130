#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace notifier {

/// The text of a file that people write, without the byte order mark that some editors put before it. It is UTF-8: for
/// UTF-16 and UTF-32, with or without a mark, the error says so. The error continues the name of the file, as in
/// `is UTF-16: …`.
[[nodiscard]] std::expected<std::string_view, std::string> text_of_file(std::string_view bytes);

}  // namespace notifier
