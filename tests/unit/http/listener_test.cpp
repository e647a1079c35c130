#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

std::string failure_to_listen(const std::string& host, std::uint16_t port) {
  HttpServices services;
  services.readiness = [] { return Readiness{}; };
  auto server = start_http_server(host, port, std::move(services));
  return server ? std::string{} : server.error();
}

}  // namespace

TEST_CASE("a port in use is named") {
  ServerUnderTest server;
  CHECK(failure_to_listen("127.0.0.1", server.port()) ==
        "cannot listen on 127.0.0.1:" + std::to_string(server.port()) +
            ": another program listens there; stop it or choose another port");
}

TEST_CASE("an address that is none or another machine's is named") {
  CHECK(failure_to_listen("not an address", 0) ==
        "cannot listen on not an address:0: the name is unknown here; use an address such as 127.0.0.1");
  CHECK(failure_to_listen("192.0.2.1", 0).starts_with("cannot listen on 192.0.2.1:0: this machine has no such address;"));
}

TEST_CASE("names and IPv6 addresses can be listened on") {
  CHECK(failure_to_listen("localhost", 0).empty());
  CHECK(failure_to_listen("0.0.0.0", 0).empty());
}
