#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "support/raw_http_client.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

RawAnswer readiness_of(const ServerUnderTest& server) { return ask(server, raw_request("GET", "/health/ready")); }

}  // namespace

TEST_CASE("health needs no key and tells nothing but that the process lives") {
  ServerUnderTest server;
  const RawAnswer answer = ask(server, raw_request("GET", "/health"));
  CHECK(answer.status == 200);
  CHECK(answer.body == R"({"status":"OK"})"
                       "\n");
}

TEST_CASE("readiness tells the state of each part") {
  ServerUnderTest server;
  const RawAnswer ready = readiness_of(server);
  CHECK(ready.status == 200);
  CHECK(ready.body == R"({"status":"ready","broker":"ready","database":"ready"})"
                      "\n");
  server.set_readiness({.ready = false, .broker = {"broker", "connecting"}, .database = {"database", "not configured"}});
  const RawAnswer not_ready = readiness_of(server);
  CHECK(not_ready.status == 503);
  CHECK(not_ready.body == R"({"status":"not ready","broker":"connecting","database":"not configured"})"
                          "\n");
}

TEST_CASE("readiness shows the senders that have a name") {
  ServerUnderTest server;
  server.set_readiness({.ready = true,
                        .broker = {"broker", "ready"},
                        .database = {"database", "ready"},
                        .senders = {{"mail", "closed"}, {"crm", "open"}}});
  const RawAnswer answer = readiness_of(server);
  CHECK(answer.status == 200);
  CHECK(answer.body == R"({"status":"ready","broker":"ready","database":"ready","senders":{"mail":"closed","crm":"open"}})"
                       "\n");
}

TEST_CASE("readiness tells of a circuit that is not closed how its destination fares, and not in what words") {
  ServerUnderTest server;
  const std::chrono::sys_seconds since{std::chrono::seconds{1'700'000'000}};
  server.set_readiness(
      {.ready = true,
       .broker = {"broker", "ready"},
       .database = {"database", "ready"},
       .senders = {
           {"mail", "closed"},
           {"crm", "open", OpenCircuit{.failures = 12, .since = since, .next_try = since + std::chrono::seconds{30}}}}});
  CHECK(
      readiness_of(server).body ==
      R"({"status":"ready","broker":"ready","database":"ready","senders":{"mail":"closed","crm":"open"},)"
      R"("openCircuits":{"crm":{"failures":12,"since":"2023-11-14T22:13:20.000Z","nextTryAt":"2023-11-14T22:13:50.000Z"}}})"
      "\n");
}

TEST_CASE("work that fails beside the sending is shown, and the process is ready all the same") {
  ServerUnderTest server;
  server.set_readiness({.ready = true,
                        .broker = {"broker", "ready"},
                        .database = {"database", "ready"},
                        .housekeeping = {{.name = "retention", .words = "fails: no right"}}});
  const RawAnswer answer = readiness_of(server);
  CHECK(answer.status == 200);
  CHECK(answer.body.starts_with(R"({"status":"ready","broker":"ready","database":"ready",)"
                                R"("housekeeping":{"retention":"fails: no right"}})"));
}
