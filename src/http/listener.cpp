#include "http/listener.hpp"

#include <utility>

namespace notifier::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string cannot_listen(const std::string& host, std::uint16_t port, const std::string& why) {
  const bool ipv6 = host.contains(':');
  return "cannot listen on " + (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port) + ": " + why;
}

std::string explanation(const error_code& error) {
  if (error == asio::error::address_in_use) return "another program listens there; stop it or choose another port";
  if (error == asio::error::access_denied) return "no right to use a port below 1024; choose one from 1024 to 65535";
  if (error == boost::system::errc::address_not_available) {
    return "this machine has no such address; choose one that it has, 127.0.0.1 for itself only, or 0.0.0.0 for all";
  }
  return error.message();
}

error_code open(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

}  // namespace

std::expected<tcp::acceptor, std::string> listen_on(asio::io_context& context, const std::string& host, std::uint16_t port) {
  error_code error;
  tcp::resolver resolver{context};
  const auto endpoints = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
  if (error || endpoints.empty()) {
    return std::unexpected{cannot_listen(host, port, "the name is unknown here; use an address such as 127.0.0.1")};
  }
  tcp::acceptor acceptor{context};
  error = open(acceptor, endpoints.begin()->endpoint());
  if (error) return std::unexpected{cannot_listen(host, port, explanation(error))};
  return acceptor;
}

}  // namespace notifier::http
