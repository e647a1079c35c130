#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace notifier {

using Sha256 = std::array<std::byte, 32>;

/// The SHA-256 digest of `bytes` (FIPS 180-4). Any thread. Throws std::runtime_error when OpenSSL cannot compute it.
[[nodiscard]] Sha256 sha256(std::string_view bytes);

/// Nothing unless these are as many bytes as a digest has.
[[nodiscard]] std::optional<Sha256> sha256_from_bytes(std::string_view bytes);

/// 64 digits, lower case.
[[nodiscard]] std::string to_hex(const Sha256& digest);

/// Nothing unless it is 64 digits, of either case.
[[nodiscard]] std::optional<Sha256> sha256_from_hex(std::string_view hex);

}  // namespace notifier
