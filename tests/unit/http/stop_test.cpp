#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <system_error>
#include <thread>
#include <vector>

#include "support/raw_http_client.hpp"
#include "support/wait_until.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;
using std::chrono::seconds;

namespace {

/// Options for clients that do not close when the server does.
http::ServerOptions quick_to_close() {
  http::ServerOptions options;
  options.linger_timeout = std::chrono::milliseconds{50};
  options.check_interval = std::chrono::milliseconds{10};
  return options;
}

bool is_refused(std::uint16_t port) {
  try {
    RawHttpClient{port};
    return false;
  } catch (const std::system_error&) {
    return true;
  }
}

}  // namespace

TEST_CASE("a stop closes idle clients at once and answers those whose request is under way") {
  ServerUnderTest server{quick_to_close()};
  RawHttpClient idle{server.port()};
  idle.send(raw_request("GET", "/health"));
  REQUIRE(idle.read_answer().value().status == 200);
  server.broker.hold_answers();
  RawHttpClient busy{server.port()};
  busy.send(ingest_request() + raw_request("GET", "/health"));
  REQUIRE(wait_until([&] { return server.broker.published_count() == 1; }));

  std::jthread stopping{[&] { server.server().stop(seconds{60}); }};
  CHECK_FALSE(idle.read_answer().has_value());
  server.broker.confirm_held();
  const RawAnswer answer = busy.read_answer().value();
  CHECK(answer.status == 202);
  CHECK(answer.header("connection") == "close");
  CHECK_FALSE(busy.read_answer().has_value());
}

TEST_CASE("a server that is to keep no connections serves on, and each answer ends its connection") {
  ServerUnderTest server{quick_to_close()};
  RawHttpClient kept{server.port()};
  kept.send(raw_request("GET", "/health"));
  CHECK(kept.read_answer().value().header("connection").empty());
  server.server().disable_keep_alive();
  RawHttpClient late{server.port()};
  for (RawHttpClient* client : {&kept, &late}) {
    client->send(ingest_request());
    const RawAnswer answer = client->read_answer().value();
    CHECK(answer.status == 202);
    CHECK(answer.header("connection") == "close");
    CHECK_FALSE(client->read_answer().has_value());
  }
}

TEST_CASE("a stop answers the first request of a client that has just connected") {
  http::ServerOptions options = quick_to_close();
  options.last_request_timeout = seconds{60};
  ServerUnderTest server{options};
  RawHttpClient connected{server.port()};
  std::jthread stopping{[&] { server.server().stop(seconds{60}); }};
  REQUIRE(wait_until([&] { return is_refused(server.port()); }));
  connected.send(ingest_request());
  CHECK(connected.read_answer().value().status == 202);
  CHECK_FALSE(connected.read_answer().has_value());
}

TEST_CASE("a stop waits a moment only for the first request of a client") {
  http::ServerOptions options = quick_to_close();
  options.last_request_timeout = std::chrono::milliseconds{20};
  ServerUnderTest server{options};
  RawHttpClient silent{server.port()};
  server.server().stop(std::chrono::hours{1});
  CHECK_FALSE(silent.read_answer().has_value());
}

TEST_CASE("a stopped server takes no connections") {
  ServerUnderTest server;
  const std::uint16_t port = server.port();
  server.server().stop(seconds{1});
  CHECK_THROWS_AS(RawHttpClient{port}, std::system_error);
  server.server().stop(seconds{1});
}

TEST_CASE("the grace bounds how long a stop takes, and the broker's answer may come afterwards") {
  FakeBroker broker;
  broker.hold_answers();
  HttpServices services{.broker = &broker,
                        .readiness = [] { return Readiness{}; },
                        .api_keys = {{.name = "test", .roles = {Role::admin}, .key = api_key}}};
  auto server = start_http_server({.host = "127.0.0.1"}, std::move(services)).value();
  RawHttpClient client{server->port()};
  client.send(ingest_request());
  REQUIRE(wait_until([&] { return broker.published_count() == 1; }));
  server->stop(std::chrono::milliseconds{20});
  CHECK_FALSE(client.read_answer().has_value());
  server.reset();
  broker.confirm_held();
}

TEST_CASE("under load a stop leaves no request with a reset instead of its answer") {
  for (int round = 0; round < 5; ++round) {
    ServerUnderTest server;
    std::atomic<unsigned> answered = 0;
    std::vector<std::jthread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&server, &answered] {
        // Ends with the stop: the server has closed, and then it refuses to be connected to.
        try {
          while (true) {
            RawHttpClient client{server.port()};
            for (bool open = true; open;) {
              client.send(ingest_request());
              const auto answer = client.read_answer();
              if (answer && answer->status == 202) ++answered;
              open = answer.has_value();
            }
          }
        } catch (const std::system_error&) {
        }
      });
    }
    REQUIRE(wait_until([&] { return answered > 200; }));
    server.server().stop(seconds{30});
    clients.clear();
    CHECK(answered == server.broker.published_count());
  }
}

TEST_CASE("many connections at the stop make no difference") {
  ServerUnderTest server{quick_to_close()};
  std::vector<std::unique_ptr<RawHttpClient>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<RawHttpClient>(server.port()));
    clients.back()->send(ingest_request());
  }
  server.server().stop(seconds{30});
  for (const auto& client : clients) {
    CHECK(client->read_answer().value().status == 202);
    CHECK_FALSE(client->read_answer().has_value());
  }
}
