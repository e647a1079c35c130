#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace notifier {

/// The address of `host`, a name or an address, at which somebody listens on `port`. Of a name with several addresses, those
/// of IPv6 and IPv4 in turn, each is tried a moment after the one before, side by side (RFC 8305): one that is silent holds
/// nobody up. The first that answers is taken, within `patience`. The error says why there is none.
[[nodiscard]] std::expected<std::string, std::string> find_reachable_address(const std::string& host, std::uint16_t port,
                                                                             std::chrono::milliseconds patience);

/// Why nobody can be connected to there, in the system's words: `Connection refused`, for example. Nothing: somebody can.
[[nodiscard]] std::optional<std::string> why_unreachable(const std::string& address, std::uint16_t port,
                                                         std::chrono::milliseconds patience);

}  // namespace notifier
