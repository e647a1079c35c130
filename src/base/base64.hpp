#pragma once

#include <string>
#include <string_view>

namespace notifier {

/// The base64 of `bytes`, padded, in one line (RFC 4648, 4).
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace notifier
