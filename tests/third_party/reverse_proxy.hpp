#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "support/free_port.hpp"
#include "support/notifier_process.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

enum class ProxyKind : std::uint8_t {
  haproxy,
  nginx,
  nginx_http_1_0,  ///< as it speaks to servers unless told otherwise
  apache
};

inline constexpr std::array every_proxy{ProxyKind::haproxy, ProxyKind::nginx, ProxyKind::nginx_http_1_0, ProxyKind::apache};

std::string to_string(ProxyKind kind);

/// A reverse proxy before two APIs, configured as the files in config/proxy/ have it, but for addresses. The case is skipped
/// where the program is not installed.
class ReverseProxy {
 public:
  /// Returns when it leads to one of them. What is not running is taken for one that is down.
  ReverseProxy(ProxyKind kind, std::uint16_t first_api, std::uint16_t second_api);
  ~ReverseProxy();
  ReverseProxy(const ReverseProxy&) = delete;
  ReverseProxy& operator=(const ReverseProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// What it has written to its logs.
  [[nodiscard]] std::string log() const { return process_->output(); }

 private:
  [[nodiscard]] std::string configuration(ProxyKind kind, std::uint16_t first_api, std::uint16_t second_api) const;
  void start(ProxyKind kind);

  TemporaryFolder folder_;
  std::uint16_t port_ = free_port();
  std::optional<NotifierProcess> process_;
};

}  // namespace notifier::testing
