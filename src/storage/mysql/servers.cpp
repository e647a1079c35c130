#include "storage/mysql/servers.hpp"

#include <algorithm>
#include <charconv>
#include <ranges>
#include <string_view>
#include <utility>

namespace notifier::mysql {
namespace {

std::expected<std::uint16_t, std::string> port_in(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error == std::errc{} && end == text.data() + text.size() && port != 0) return port;
  return std::unexpected{"'" + std::string{text} + "' is no port: give a number from 1 to 65535 after the colon."};
}

std::expected<Server, std::string> server_in(std::string_view text, std::uint16_t otherwise) {
  if (text.find_first_of(" \t\r\n/@") != std::string_view::npos) {
    return std::unexpected{"'" + std::string{text} + "' is no server: give host or host:port, several separated by commas."};
  }
  const bool in_brackets = text.starts_with('[');
  const auto bracket = text.find(']');
  if (in_brackets && bracket == std::string_view::npos) {
    return std::unexpected{"'" + std::string{text} + "' lacks its closing bracket."};
  }
  const std::string_view host = in_brackets ? text.substr(1, bracket - 1) : text.substr(0, text.find(':'));
  const std::string_view rest = in_brackets ? text.substr(bracket + 1) : text.substr(host.size());
  const bool is_bare_ipv6 = !in_brackets && std::ranges::count(text, ':') > 1;
  if (is_bare_ipv6) return Server{.host = std::string{text}, .port = otherwise};
  if (host.empty()) return std::unexpected{std::string{"one of its servers has no name."}};
  if (rest.empty()) return Server{.host = std::string{host}, .port = otherwise};
  if (!rest.starts_with(':'))
    return std::unexpected{"'" + std::string{text} + "' has something else than a port at its end."};
  const auto port = port_in(rest.substr(1));
  if (!port) return std::unexpected{port.error()};
  return Server{.host = std::string{host}, .port = *port};
}

std::string_view without_spaces(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::expected<std::vector<Server>, std::string> servers_of(const MysqlSettings& settings) {
  std::vector<Server> servers;
  for (const auto part : std::views::split(settings.host, ',')) {
    auto server = server_in(without_spaces(std::string_view{part.begin(), part.end()}), settings.port);
    if (!server) return std::unexpected{std::move(server.error())};
    servers.push_back(std::move(*server));
  }
  return servers;
}

std::string server_name(const MysqlSettings& settings) {
  const bool tells_its_port = settings.host.find_first_of(",:") != std::string::npos;
  return tells_its_port ? settings.host : settings.host + ":" + std::to_string(settings.port);
}

}  // namespace notifier::mysql
