#include "senders/http/webhook_host.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <string>

#include "senders/address_guard.hpp"
#include "senders/libcurl.hpp"

namespace notifier {
namespace {

/// In lower case and without brackets. libcurl writes an IPv4 address that is given as one number, say, in the usual way.
std::string plain_host_of(const std::string& url) {
  std::string host = host_of(url);
  std::ranges::transform(host, host.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  });
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

/// RFC 6761: libcurl asks no name service for these.
bool is_name_of_this_machine(const std::string& host) { return host == "localhost" || host.ends_with(".localhost"); }

}  // namespace

std::vector<std::string> refused_addresses_of(const std::string& url, const std::vector<std::string>& allow) {
  const auto guard = AddressGuard::make(allow);
  if (!guard) return {};
  const std::string host = plain_host_of(url);
  const std::vector<std::string> addresses =
      is_name_of_this_machine(host) ? std::vector<std::string>{"127.0.0.1", "::1"} : std::vector<std::string>{host};
  const auto is_possible = [&](const std::string& text) {
    boost::system::error_code no_address;
    const auto address = boost::asio::ip::make_address(text, no_address);
    return no_address || guard->permits(address);
  };
  return std::ranges::any_of(addresses, is_possible) ? std::vector<std::string>{} : addresses;
}

}  // namespace notifier
