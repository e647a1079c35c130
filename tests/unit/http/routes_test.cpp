#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>

#include "support/raw_http_client.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

TEST_CASE("an exception in a handler is a 500, and the connection goes on") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  server.broker.throw_on_publish();
  client.send(ingest_request());
  const RawAnswer answer = client.read_answer().value();
  CHECK(answer.status == 500);
  CHECK(answer.body == R"({"error":"Internal Server Error"})"
                       "\n");
  client.send(raw_request("GET", "/health"));
  CHECK(client.read_answer().value().status == 200);
}

TEST_CASE("without a broker or a database their routes say so") {
  HttpServices services{.readiness = [] { return Readiness{.ready = true}; },
                        .api_keys = {{.name = "test", .roles = {Role::admin}, .key = api_key}}};
  const auto server = start_http_server({.host = "127.0.0.1"}, std::move(services)).value();
  RawHttpClient client{server->port()};
  client.send(ingest_request());
  CHECK(client.read_answer().value().status == 404);
  for (const http::HttpRoute& route : http::routes()) {
    CAPTURE(route.method, route.path);
    std::string path{route.path};
    if (const std::size_t begin = path.find('{'); begin != std::string::npos) {
      path.replace(begin, path.find('}') + 1 - begin, "1");
    }
    client.send(raw_request(route.method, path, {{"X-API-Key", api_key}}));
    const unsigned status = client.read_answer().value().status;
    CHECK(status == (!route.role ? 200 : *route.role == Role::ingest ? 404 : 503));
  }
}

TEST_CASE("unknown paths and methods are answered in JSON") {
  ServerUnderTest server;
  const RawAnswer path = ask(server, raw_request("GET", "/nowhere"));
  CHECK(path.status == 404);
  CHECK(path.body == R"({"error":"Not Found: there is no such path","code":"not_found"})"
                     "\n");
  const RawAnswer method = ask(server, raw_request("GET", "/events/ingest"));
  CHECK(method.status == 405);
  CHECK(method.header("allow") == "POST");
  CHECK(method.body == R"({"error":"Method Not Allowed: this path answers POST only","code":"method_not_allowed"})"
                       "\n");
}
