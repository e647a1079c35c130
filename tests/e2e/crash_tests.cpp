#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <set>
#include <string>
#include <vector>

#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

// Enough that a process is in the middle of them when it is stopped or killed.
constexpr std::size_t events = 300;

// A claim lasts twice the send's deadline and 5 s: short, so that the claims of the dead expire soon.
const Environment slow_sends{
    {"MOCK_LATENCY", "50ms"}, {"SEND_DEADLINE", "500ms"}, {"SEND_CONCURRENCY", "10"}, {"PREFETCH", "50"}};

std::set<std::string> accept_events(std::uint16_t port) {
  std::set<std::string> ids;
  for (std::size_t i = 0; i < events; ++i) ids.insert(accepted_event_id(port, event_body()));
  return ids;
}

std::set<std::string> distinct_notifications(const std::vector<std::string>& sends) {
  std::set<std::string> notifications;
  for (const std::string& send : sends) notifications.insert(send.substr(0, send.find(' ')));
  return notifications;
}

}  // namespace

TEST_CASE("A consumer that is killed in the middle loses nothing, and repeats only what was under way") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  const auto ids = accept_events(api.port());
  {
    NotifierProcess killed{{"consume"}, servers.settings(slow_sends)};
    REQUIRE(wait_until([&] { return servers.sends().size() >= events / 3; }));
    killed.signal(SIGKILL);
    REQUIRE(killed.wait_for_exit() == -SIGKILL);
  }
  const NotifierProcess next{{"consume"}, servers.settings(slow_sends)};
  for (const std::string& id : ids) await_status(api.port(), id, "SENT");

  const auto sends = servers.sends();
  CHECK(distinct_notifications(sends).size() == events);
  CHECK(sends.size() <= events + 10);
}

TEST_CASE("A consumer that is told to stop finishes what it is sending and repeats nothing") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  const auto ids = accept_events(api.port());
  {
    NotifierProcess stopped{{"consume"}, servers.settings(slow_sends)};
    REQUIRE(wait_until([&] { return servers.sends().size() >= events / 3; }));
    stopped.signal(SIGTERM);
    REQUIRE(stopped.wait_for_exit() == 0);
  }
  CHECK(servers.sends().size() < events);
  const NotifierProcess next{{"consume"}, servers.settings(slow_sends)};
  for (const std::string& id : ids) await_status(api.port(), id, "SENT");
  CHECK(servers.sends().size() == events);
  CHECK(distinct_notifications(servers.sends()).size() == events);
}

TEST_CASE("The embedded default loses nothing when it is killed in the middle") {
  const TemporaryFolder folder;
  std::set<std::string> ids;
  {
    NotifierProcess killed{{"all"}, embedded_settings(folder, slow_sends)};
    ids = accept_events(killed.port());
    killed.signal(SIGKILL);
    REQUIRE(killed.wait_for_exit() == -SIGKILL);
  }
  NotifierProcess next{{"all"}, embedded_settings(folder, slow_sends)};
  for (const std::string& id : ids) await_status(next.port(), id, "SENT");
  const auto sends = lines_of(folder.path() + "/sends");
  CHECK(distinct_notifications(sends).size() == events);
  CHECK(sends.size() <= events + 10);
}

TEST_CASE("Events are accepted while the consumer waits for a database that is not there, and sent once it is") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  const std::string id = accepted_event_id(api.port(), event_body());
  // Nobody listens on port 1.
  NotifierProcess waiting{{"consume"}, servers.settings({{"MYSQL_PORT", "1"}})};
  const std::uint16_t health = waiting.port();
  CHECK(http_request(health, "GET", "/health").status == 200);
  CHECK(http_request(health, "GET", "/health/ready").status == 503);
  waiting.signal(SIGTERM);
  CHECK(waiting.wait_for_exit() == 0);
  const NotifierProcess consume{{"consume"}, servers.settings()};
  await_status(api.port(), id, "SENT");
}

TEST_CASE("Without the broker the API stays up, is not ready and answers 503 at once") {
  NotifierProcess api{{"api"},
                      {{"API_KEY", test_key}, {"API_PORT", "0"}, {"RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:1/"}}};
  CHECK(http_request(api.port(), "GET", "/health").status == 200);
  CHECK(http_request(api.port(), "GET", "/health/ready").status == 503);
  CHECK(ingest(api.port(), event_body()).status == 503);
  const HttpAnswer without_database = http_request(api.port(), "GET", "/notifications/x", {}, {{"X-API-Key", test_key}});
  CHECK(without_database.status == 503);
  CHECK_THAT(without_database.body,
             Catch::Matchers::ContainsSubstring("MYSQL_HOST") && Catch::Matchers::ContainsSubstring("database_unavailable"));
  api.signal(SIGTERM);
  CHECK(api.wait_for_exit() == 0);
}
