#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifier {

/// What a key is for. `admin` may do what the others may, and change what lies in the system: replay, edit, discard.
enum class Role : std::uint8_t { ingest, read, admin };

/// The name in settings and errors: `ingest`, `read`, `admin`.
[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> role_from(std::string_view name);

/// What a client sends as `X-API-Key`, and what that lets it do.
struct ApiKey {
  std::string name;  ///< for logs and records
  std::vector<Role> roles;
  std::string key;       ///< secret
  std::string client{};  ///< whose `Idempotency-Key`s are of one name space; empty: of all who use a key of API_KEY
};

/// Whether one of the roles includes what `needed` may do.
[[nodiscard]] bool includes(const std::vector<Role>& roles, Role needed);

/// Reads one entry of `API_KEYS`, `name:role[+role...]:key`. Nothing if it is none; then `entry` is not to be repeated.
[[nodiscard]] std::optional<ApiKey> api_key_from(std::string_view entry);

}  // namespace notifier
