#include "notifier/api_key.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace notifier {
namespace {

using RoleName = std::pair<Role, std::string_view>;

constexpr std::array<RoleName, 3> role_names{{{Role::ingest, "ingest"}, {Role::read, "read"}, {Role::admin, "admin"}}};

constexpr std::size_t longest_name = 64;
constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

/// What comes before `end`, which is taken off as well; all of it if there is none.
std::string_view take_until(std::string_view& text, char end) {
  const std::size_t length = text.find(end);
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length == std::string_view::npos ? text.size() : length + 1);
  return taken;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_name && text.find_first_not_of(name_characters) == std::string_view::npos;
}

std::optional<std::vector<Role>> roles_from(std::string_view text) {
  std::vector<Role> roles;
  do {
    const auto role = role_from(take_until(text, '+'));
    if (!role) return std::nullopt;
    roles.push_back(*role);
  } while (!text.empty());
  return roles;
}

}  // namespace

std::string_view to_string(Role role) { return std::ranges::find(role_names, role, &RoleName::first)->second; }

std::optional<Role> role_from(std::string_view name) {
  const auto* const found = std::ranges::find(role_names, name, &RoleName::second);
  if (found == role_names.end()) return std::nullopt;
  return found->first;
}

bool includes(const std::vector<Role>& roles, Role needed) {
  return std::ranges::any_of(roles, [needed](Role role) { return role == needed || role == Role::admin; });
}

std::optional<ApiKey> api_key_from(std::string_view entry) {
  const std::string_view name = take_until(entry, ':');
  auto roles = roles_from(take_until(entry, ':'));
  if (!is_name(name) || !roles || entry.empty() || entry.find_first_of(" \t\r\n") != std::string_view::npos) {
    return std::nullopt;
  }
  return ApiKey{
      .name = std::string{name}, .roles = std::move(*roles), .key = std::string{entry}, .client = std::string{name}};
}

}  // namespace notifier
