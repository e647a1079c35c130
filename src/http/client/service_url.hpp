#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace notifier::client {

/// Where a notifier's API is.
struct ServiceUrl {
  bool tls = false;
  std::string host;  ///< a name or an address, without brackets
  std::string port;
  std::string host_field;  ///< host and port as the header `Host` has them
  std::string base_path;   ///< comes before the paths of the API; empty or `/…` without a slash at its end
};

/// Reads `http(s)://host[:port][/path]`. The error is a sentence that says what the URL must be.
[[nodiscard]] std::expected<ServiceUrl, std::string> parse_service_url(std::string_view text);

}  // namespace notifier::client
