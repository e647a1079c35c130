#include "http/server/listener.hpp"

#include <linux/filter.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <utility>

namespace notifier::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string cannot_listen(const ListenAddress& address, const std::string& why) {
  const std::string& host = address.host;
  const bool ipv6 = host.contains(':');
  return "cannot listen on " + (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(address.port) + ": " + why;
}

std::string explanation(const error_code& error, const ListenAddress& address) {
  if (error == asio::error::address_in_use) {
    return "another program listens there; stop it or set " + address.port_setting + " to another port";
  }
  if (error == asio::error::access_denied) {
    return "no right to use a port below 1024; set " + address.port_setting + " to one from 1024 to 65535";
  }
  if (error == boost::system::errc::address_not_available) {
    return "this machine has no such address; set " + address.host_setting +
           " to one that it has, 127.0.0.1 for itself only, or 0.0.0.0 for all";
  }
  return error.message() + "; check " + address.host_setting + " and " + address.port_setting;
}

// Bounds what the kernel holds of answers that a client does not read, which would be megabytes otherwise. Connections
// inherit it from their acceptor.
constexpr int sent_ahead = 128 * 1024;

using Acceptors = std::vector<tcp::acceptor>;

/// `is_one_of_many`: then an IPv6 address does not stand for IPv4 too, which has an acceptor of its own.
error_code open(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, bool is_one_of_many) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error && is_one_of_many && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only{true}, error);
  if (!error) acceptor.set_option(asio::socket_base::send_buffer_size{sent_ahead}, error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

/// For a name with several: one that is not this machine's, or is of a protocol that it does not speak, does no harm.
bool can_do_without(const error_code& error) {
  return error == boost::system::errc::address_not_available || error == boost::system::errc::address_family_not_supported;
}

/// Each once: a name may stand in the hosts file several times.
std::vector<tcp::endpoint> endpoints_of(asio::io_context& context, const std::string& host, std::uint16_t port) {
  error_code unknown;
  tcp::resolver resolver{context};
  std::vector<tcp::endpoint> endpoints;
  for (const auto& entry : resolver.resolve(host, std::to_string(port), tcp::resolver::passive, unknown)) {
    if (std::ranges::find(endpoints, entry.endpoint()) == endpoints.end()) endpoints.push_back(entry.endpoint());
  }
  return endpoints;
}

/// When `endpoints` have port 0, the first one chooses for all.
std::expected<Acceptors, error_code> open_each(asio::io_context& context, const std::vector<tcp::endpoint>& endpoints) {
  Acceptors acceptors;
  error_code error;
  for (tcp::endpoint endpoint : endpoints) {
    if (!acceptors.empty()) endpoint.port(acceptors.front().local_endpoint().port());
    tcp::acceptor acceptor{context};
    const error_code failed = open(acceptor, endpoint, endpoints.size() > 1);
    if (failed && !can_do_without(failed)) return std::unexpected{failed};
    if (failed) {
      error = failed;
    } else {
      acceptors.push_back(std::move(acceptor));
    }
  }
  if (acceptors.empty()) return std::unexpected{error};
  return acceptors;
}

}  // namespace

std::expected<Acceptors, error_code> listen_on_each(asio::io_context& context, const std::vector<tcp::endpoint>& endpoints) {
  // A port that is free on the first address may be taken on another.
  constexpr int most_tries = 20;
  auto acceptors = open_each(context, endpoints);
  for (int tries = 1; !acceptors && endpoints.front().port() == 0 && tries < most_tries; ++tries) {
    acceptors = open_each(context, endpoints);
  }
  return acceptors;
}

void drop_new_connections(tcp::acceptor& acceptor) {
  sock_filter drop_all{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = 0};
  const sock_fprog filter{.len = 1, .filter = &drop_all};
  // Where the kernel does not let us, some may be reset.
  [[maybe_unused]] const int result =
      ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

std::expected<Acceptors, std::string> listen_on(asio::io_context& context, const ListenAddress& address) {
  const auto endpoints = endpoints_of(context, address.host, address.port);
  if (endpoints.empty()) {
    return std::unexpected{cannot_listen(
        address, "the name is unknown here; set " + address.host_setting + " to an address such as 127.0.0.1")};
  }
  auto acceptors = listen_on_each(context, endpoints);
  if (!acceptors) return std::unexpected{cannot_listen(address, explanation(acceptors.error(), address))};
  return std::move(*acceptors);
}

}  // namespace notifier::http
