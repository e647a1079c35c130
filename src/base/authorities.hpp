#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace notifier {

/// Whether the file holds certificates in PEM, for TLS to trust. No path: the system's are meant, and all is well. The error
/// goes on behind the name of a setting.
[[nodiscard]] std::expected<void, std::string> check_authorities(const std::filesystem::path& file);

}  // namespace notifier
