#pragma once

#include <cstdint>
#include <string>

namespace notifier {

/// Where this machine reaches a server that listens on `host`: loopback, if that is every address.
[[nodiscard]] std::string reachable_host(const std::string& host);

/// `http://` and the host under which this machine reaches that server, in brackets where it has to be, and the port.
[[nodiscard]] std::string local_url(const std::string& host, std::uint16_t port);

}  // namespace notifier
