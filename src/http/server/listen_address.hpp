#pragma once

#include <cstdint>
#include <string>

namespace notifier {

/// Where a server listens, and which settings say so, which errors name.
struct ListenAddress {
  std::string host;        ///< an address of this machine, or a name, of which each address is listened on
  std::uint16_t port = 0;  ///< 0: any free one
  std::string host_setting = "API_HOST";
  std::string port_setting = "API_PORT";
};

}  // namespace notifier
