#include "cli/local_address.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

namespace notifier {

std::string reachable_host(const std::string& host) {
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(host, no_address);
  if (no_address || !address.is_unspecified()) return host;
  return address.is_v6() ? "::1" : "127.0.0.1";
}

std::string local_url(const std::string& host, std::uint16_t port) {
  const std::string reachable = reachable_host(host);
  return "http://" + (reachable.contains(':') ? "[" + reachable + "]" : reachable) + ":" + std::to_string(port);
}

}  // namespace notifier
