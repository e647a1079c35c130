#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace notifier {

/// The text of a file that people write, without the byte order mark that some editors put before it. It is UTF-8: of UTF-16
/// and UTF-32, with a mark or without, the error says so; it goes on behind the name of the file, as in `is UTF-16: …`.
[[nodiscard]] std::expected<std::string_view, std::string> text_of_file(std::string_view bytes);

}  // namespace notifier
