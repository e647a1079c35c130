#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace notifier {

using Sha256 = std::array<std::byte, 32>;

/// The SHA-256 digest of `bytes` (FIPS 180-4). Any thread. Throws std::runtime_error when OpenSSL cannot compute it.
[[nodiscard]] Sha256 sha256(std::string_view bytes);

}  // namespace notifier
