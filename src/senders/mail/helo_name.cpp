#include "senders/mail/helo_name.hpp"

#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

namespace notifier {
namespace {

namespace ip = boost::asio::ip;

/// Addresses for documentation (RFC 5737, RFC 3849): which of ours leads out is asked, and nothing is sent.
constexpr std::array somewhere{"192.0.2.1", "2001:db8::1"};

ip::address outgoing_address() {
  for (const char* const destination : somewhere) {
    constexpr ip::port_type any_port = 25;
    const ip::udp::endpoint endpoint{ip::make_address(destination), any_port};
    boost::asio::io_context context;
    ip::udp::socket socket{context};
    boost::system::error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error) socket.connect(endpoint, error);
    if (error) continue;
    const ip::udp::endpoint local = socket.local_endpoint(error);
    if (!error) return local.address();
  }
  return ip::address_v4::loopback();
}

}  // namespace

std::string default_helo() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) name.front() = '\0';
  return helo_name(name.data(), outgoing_address());
}

std::string helo_name(const std::string& host_name, const boost::asio::ip::address& address) {
  const std::size_t dot = host_name.find('.');
  const bool is_qualified = dot != std::string::npos && dot > 0 && !host_name.ends_with('.');
  if (is_qualified) return host_name;
  return (address.is_v6() ? "[IPv6:" : "[") + address.to_string() + "]";
}

}  // namespace notifier
