#pragma once

#include <string_view>

namespace notifier {

/// Whether `text`, which must be valid UTF-8, is a plain address that mail can be sent to: `local@domain` without quotes,
/// comments, angle brackets or address literals (RFC 5321 `Dot-string` and `Domain`, with the Unicode of RFC 6531).
///
/// The local part is at most 64 bytes, the whole at most 254 UTF-16 units. The domain has at least two labels of at most 63
/// bytes; the last one is two or more letters, or an A-label (`xn--…`). Controls, white space and characters that change the
/// direction of text are refused, since they have no place in a mail's header.
[[nodiscard]] bool is_email_address(std::string_view text);

}  // namespace notifier
