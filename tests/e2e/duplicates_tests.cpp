#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <set>

#include "support/rabbitmq_management.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

std::string message_body(const std::string& id, const std::string& username = "testuser") {
  const boost::json::object event{
      {"id", id},
      {"eventType", "user_signup"},
      {"timestamp", "2023-10-27T10:00:00Z"},
      {"payload", boost::json::object{{"userId", "u"}, {"email", "user@example.com"}, {"username", username}}}};
  return boost::json::serialize(event);
}

}  // namespace

TEST_CASE("A thousand deliveries of a hundred events at two consumers are a hundred sends") {
  const RealServers servers;
  const RabbitmqManagement rabbitmq{servers.vhost()};
  NotifierProcess first{{"consume"}, servers.settings({{"MOCK_LATENCY", "50ms"}})};
  NotifierProcess second{{"consume"}, servers.settings({{"MOCK_LATENCY", "50ms"}})};
  REQUIRE(wait_until([&] { return http_request(first.port(), "GET", "/health/ready").status == 200; }));
  REQUIRE(wait_until([&] { return http_request(second.port(), "GET", "/health/ready").status == 200; }));

  for (int copy = 0; copy < 10; ++copy) {
    for (int event = 0; event < 100; ++event) {
      rabbitmq.publish("notification_events", message_body("event-" + std::to_string(event)));
    }
  }
  const auto count = [&](const std::string& where) {
    return servers.database().query("SELECT COUNT(*) FROM notifications WHERE " + where).front().front();
  };
  REQUIRE(wait_until([&] { return count("status = 'SENT'") == "100"; }));
  first.signal(SIGTERM);
  second.signal(SIGTERM);
  CHECK(first.wait_for_exit() == 0);
  CHECK(second.wait_for_exit() == 0);

  const auto sends = servers.sends();
  CHECK(sends.size() == 100);
  CHECK(std::set<std::string>(sends.begin(), sends.end()).size() == 100);
  CHECK(count("status <> 'SENT'") == "0");
}

TEST_CASE("A client that repeats a request with one Idempotency-Key gets one id and one send") {
  const RealServers servers;
  NotifierProcess all{{"all"}, servers.settings()};
  const std::string id = accepted_event_id(all.port(), event_body(), {{"Idempotency-Key", "order-4711"}});
  CHECK(accepted_event_id(all.port(), event_body(), {{"Idempotency-Key", "order-4711"}}) == id);
  CHECK(accepted_event_id(all.port(), event_body(), {{"Idempotency-Key", "order-4712"}}) != id);
  await_status(all.port(), id, "SENT");
  all.signal(SIGTERM);
  CHECK(all.wait_for_exit() == 0);
  CHECK(servers.sends().size() == 2);
}

TEST_CASE("An id that comes back with another payload is dead-lettered and does not touch the first") {
  const RealServers servers;
  const RabbitmqManagement rabbitmq{servers.vhost()};
  NotifierProcess all{{"all"}, servers.settings()};
  await_status(all.port(), accepted_event_id(all.port(), event_body()), "SENT");

  rabbitmq.publish("notification_events", message_body("twice", "first-one"));
  await_status(all.port(), "twice", "SENT");
  rabbitmq.publish("notification_events", message_body("twice", "second-one"));
  std::vector<boost::json::object> dead;
  REQUIRE(wait_until([&] { return !(dead = rabbitmq.take("notification_dead_letter_queue", 1)).empty(); }));

  CHECK(dead.front().at("properties").at("headers").at("x-dead-letter-reason").as_string() == "payload_mismatch");
  const auto row = notification(all.port(), "twice");
  CHECK(row.at("status").as_string() == "SENT");
  CHECK(row.at("payload").at("username").as_string() == "first-one");
  CHECK(servers.sends().size() == 2);
}
