#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <utility>

#include "http/server/listener.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

std::string failure_to_listen(const std::string& host, std::uint16_t port) {
  HttpServices services;
  services.readiness = [] { return Readiness{}; };
  auto server = start_http_server({.host = host, .port = port}, std::move(services));
  return server ? std::string{} : server.error();
}

}  // namespace

TEST_CASE("a port in use is named") {
  ServerUnderTest server;
  CHECK(failure_to_listen("127.0.0.1", server.port()) ==
        "cannot listen on 127.0.0.1:" + std::to_string(server.port()) +
            ": another program listens there; stop it or set API_PORT to another port");
}

TEST_CASE("an address that is none or another machine's is named") {
  CHECK(failure_to_listen("not an address", 0) ==
        "cannot listen on not an address:0: the name is unknown here; set API_HOST to an address such as 127.0.0.1");
  CHECK(failure_to_listen("192.0.2.1", 0).starts_with("cannot listen on 192.0.2.1:0: this machine has no such address;"));
  CHECK(failure_to_listen("192.0.2.1", 0).contains("set API_HOST to one that it has"));
}

TEST_CASE("a name is listened on at each of its addresses, all on one port") {
  boost::asio::io_context context;
  const auto addresses = boost::asio::ip::tcp::resolver{context}.resolve("localhost", "0");
  const auto acceptors = http::listen_on(context, {.host = "localhost"}).value();
  std::set<boost::asio::ip::address> listening;
  for (const auto& acceptor : acceptors) {
    CHECK(acceptor.local_endpoint().port() == acceptors.front().local_endpoint().port());
    CHECK(listening.insert(acceptor.local_endpoint().address()).second);
  }
  for (const auto& entry : addresses) {
    CAPTURE(entry.endpoint().address().to_string());
    CHECK(listening.contains(entry.endpoint().address()));
  }
}

TEST_CASE("IPv4 and IPv6 addresses share a port, and what this machine does not have is left out") {
  using boost::asio::ip::make_address;
  boost::asio::io_context context;
  const auto acceptors = http::listen_on_each(
      context, {{make_address("::1"), 0}, {make_address("192.0.2.1"), 0}, {make_address("127.0.0.1"), 0}});
  REQUIRE(acceptors);
  REQUIRE(acceptors->size() == 2);
  const std::uint16_t port = acceptors->front().local_endpoint().port();
  CHECK(acceptors->back().local_endpoint().port() == port);

  const auto again = http::listen_on_each(context, {{make_address("127.0.0.2"), port}, {make_address("127.0.0.1"), port}});
  REQUIRE_FALSE(again);
  CHECK(again.error() == boost::asio::error::address_in_use);
  CHECK_FALSE(http::listen_on_each(context, {{make_address("192.0.2.1"), 0}, {make_address("198.51.100.1"), 0}}));
}

TEST_CASE("names and IPv6 addresses can be listened on") {
  CHECK(failure_to_listen("localhost", 0).empty());
  CHECK(failure_to_listen("0.0.0.0", 0).empty());
  CHECK(failure_to_listen("::1", 0).empty());
  CHECK(failure_to_listen("::", 0).empty());
}
