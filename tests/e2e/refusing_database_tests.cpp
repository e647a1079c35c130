#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

// A database that is well and refuses some of what is written.

using namespace notifier::testing;

namespace {

std::string event_of_type(const std::string& type) {
  boost::json::object event = boost::json::parse(event_body()).as_object();
  event["eventType"] = type;
  return boost::json::serialize(event);
}

/// Refuses rows of `table` while `condition` holds, as a server does that has run out of something.
std::string refusing_trigger(const std::string& table, const std::string& condition) {
  return "CREATE TRIGGER refusing BEFORE INSERT ON " + table + " FOR EACH ROW IF " + condition +
         " THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1836, MESSAGE_TEXT = 'no room for it'; END IF";
}

void await_ready(NotifierProcess& process) {
  INFO(process.output());
  REQUIRE(wait_until([&] { return http_request(process.port(), "GET", "/health/ready").status == 200; }));
}

}  // namespace

TEST_CASE("One event that the database refuses is a dead letter with its words, and holds nobody up") {
  const auto database = GENERATE(RealServers::Database::mysql, RealServers::Database::mariadb);
  const RealServers servers{database};
  NotifierProcess api{{"api"}, servers.settings()};
  NotifierProcess consume{{"consume"}, servers.settings()};
  await_ready(consume);
  servers.database().query(refusing_trigger("notifications", "NEW.event_type = 'refused'"));
  std::vector<std::string> refused;
  for (int i = 0; i < 3; ++i) refused.push_back(accepted_event_id(api.port(), event_of_type("refused")));
  const auto are_dead = [&] {
    const std::string taken = accepted_event_id(api.port(), event_body());
    CHECK(await_status(api.port(), taken, "SENT").at("attemptCount").to_number<int>() == 1);
    return servers.database().query("SELECT 1 FROM dead_letters WHERE reason = 'unstorable_event'").size() == refused.size();
  };
  CHECK(wait_until(are_dead, std::chrono::seconds{60}));
  CHECK(servers.database().query("SELECT 1 FROM dead_letters WHERE error LIKE '%no room for it%1836%'").size() == 3);
}

TEST_CASE("Connections on which the database refuses what is written are replaced") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  NotifierProcess consume{{"consume"}, servers.settings()};
  await_ready(consume);
  CHECK(await_status(api.port(), accepted_event_id(api.port(), event_body()), "SENT").contains("status"));
  const std::string newest = servers.database().query("SELECT MAX(id) FROM information_schema.processlist").at(0).at(0);
  servers.database().query(refusing_trigger("notifications", "CONNECTION_ID() <= " + newest));
  const std::string event = accepted_event_id(api.port(), event_body());
  CHECK(await_status(api.port(), event, "SENT").at("attemptCount").to_number<int>() == 1);
  await_ready(consume);
}

TEST_CASE("An outcome that the database refuses is recorded when it takes it, and is no second send") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  NotifierProcess consume{{"consume"}, servers.settings({{"MAX_RETRIES", "0"}})};
  await_ready(consume);
  servers.database().query(refusing_trigger("notification_attempts", "TRUE"));
  const std::string failing = accepted_event_id(api.port(), event_body("fail@example.com"));
  const std::string other = accepted_event_id(api.port(), event_body());
  CHECK(await_status(api.port(), other, "SENT").at("attemptCount").to_number<int>() == 1);
  REQUIRE(wait_until([&] { return lines_with("no room for it", consume.output()) > 1; }));
  servers.database().query("DROP TRIGGER refusing");
  CHECK(await_status(api.port(), failing, "FAILED_DLQ").at("attemptCount").to_number<int>() == 1);
  CHECK(servers.sends().size() == 2);
}
