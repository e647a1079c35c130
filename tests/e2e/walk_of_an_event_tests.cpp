#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <csignal>

#include "support/rabbitmq_management.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

TEST_CASE("An event goes from HTTP through RabbitMQ and a consumer of its own into the database as SENT") {
  const auto database = GENERATE(RealServers::Database::mysql, RealServers::Database::mariadb);
  const RealServers servers{database};
  NotifierProcess consume{{"consume"}, servers.settings()};
  NotifierProcess api{{"api"}, servers.settings()};

  const std::string id = accepted_event_id(api.port(), event_body());
  const auto sent = await_status(api.port(), id, "SENT");

  CHECK(sent.at("notificationId").as_string() == "notif-" + id);
  CHECK(sent.at("eventType").as_string() == "user_signup");
  CHECK(sent.at("attemptCount").to_number<int>() == 1);
  CHECK(sent.at("lastError").is_null());
  CHECK(sent.at("payload").as_object().at("username").as_string() == "testuser");
  CHECK(servers.sends() == std::vector<std::string>{"notif-" + id + " 1"});

  const auto rows = servers.database().query("SELECT id, event_id, event_type, status, attempt_count FROM notifications");
  REQUIRE(rows.size() == 1);
  CHECK(rows.front() == std::vector<std::string>{"notif-" + id, id, "user_signup", "SENT", "1"});

  api.signal(SIGTERM);
  consume.signal(SIGTERM);
  CHECK(api.wait_for_exit() == 0);
  CHECK(consume.wait_for_exit() == 0);
}

TEST_CASE("The embedded default takes an event to SENT and still knows it after a restart") {
  const TemporaryFolder folder;
  std::string id;
  {
    NotifierProcess all{{"all"}, embedded_settings(folder)};
    id = accepted_event_id(all.port(), event_body());
    const auto sent = await_status(all.port(), id, "SENT");
    CHECK(sent.at("attemptCount").to_number<int>() == 1);
    all.signal(SIGTERM);
    CHECK(all.wait_for_exit() == 0);
  }
  NotifierProcess again{{"all"}, embedded_settings(folder)};
  CHECK(await_status(again.port(), id, "SENT").at("attemptCount").to_number<int>() == 1);
  CHECK(lines_of(folder.path() + "/sends").size() == 1);
}

TEST_CASE("A notification that fails is retried and ends in the dead letter queue with its history") {
  const RealServers servers;
  NotifierProcess all{{"all"}, servers.settings()};
  const std::string id = accepted_event_id(all.port(), event_body("fail@example.com"));
  const auto dead = await_status(all.port(), id, "FAILED_DLQ");

  CHECK(dead.at("attemptCount").to_number<int>() == 4);
  CHECK_FALSE(dead.at("lastError").as_string().empty());
  const auto& attempts = dead.at("attempts").as_array();
  REQUIRE(attempts.size() == 4);
  for (int i = 0; i < 4; ++i) CHECK(attempts.at(static_cast<std::size_t>(i)).at("attempt").to_number<int>() == i + 1);
  CHECK(servers.sends().size() == 4);

  const auto messages = RabbitmqManagement{servers.vhost()}.take("notification_dead_letter_queue", 10);
  REQUIRE(messages.size() == 1);
  const auto& properties = messages.front().at("properties").as_object();
  CHECK(properties.at("message_id").as_string() == id);
  CHECK(properties.at("type").as_string() == "user_signup");
  CHECK(properties.at("delivery_mode").to_number<int>() == 2);
  CHECK(properties.at("content_type").as_string() == "application/json");
  const auto& headers = properties.at("headers").as_object();
  CHECK(headers.at("x-attempt").to_number<int>() == 4);
  CHECK_FALSE(headers.at("x-dead-letter-reason").as_string().empty());
  CHECK(headers.at("x-last-error").as_string() == dead.at("lastError").as_string());
  CHECK(headers.contains("x-first-failed-at"));
  const auto body = boost::json::parse(messages.front().at("payload").as_string()).as_object();
  CHECK(body.at("id").as_string() == id);
  CHECK(body.at("payload").as_object().at("email").as_string() == "fail@example.com");
}

TEST_CASE("#24 Retries wait 1, 5 and 30 seconds unless told otherwise") {
  const RealServers servers;
  Environment settings = servers.settings();
  settings.erase("RETRY_DELAYS");
  NotifierProcess all{{"all"}, settings};
  const std::string id = accepted_event_id(all.port(), event_body("fail@example.com"));
  const auto dead = await_status(all.port(), id, "FAILED_DLQ", std::chrono::seconds{90});
  REQUIRE(dead.at("attempts").as_array().size() == 4);

  const auto waits = servers.database().query(
      "SELECT TIMESTAMPDIFF(MICROSECOND, LAG(at) OVER (ORDER BY attempt), at) DIV 1000 FROM notification_attempts ORDER BY "
      "attempt");
  REQUIRE(waits.size() == 4);
  // An attempt is recorded after its retry was published, so recorded waits may be shorter than the delays by the time that
  // recording took. The bounds tell one delay from another; how exact they are is for benchmarks to say.
  const auto milliseconds = [&](std::size_t attempt) { return std::stoi(waits[attempt][0]); };
  CHECK(milliseconds(1) > 500);
  CHECK(milliseconds(1) < 4000);
  CHECK(milliseconds(2) > 4000);
  CHECK(milliseconds(2) < 25'000);
  CHECK(milliseconds(3) > 25'000);
}

TEST_CASE("A dead letter moved back to the main queue is replayed with a fresh set of retries") {
  const RealServers servers;
  NotifierProcess all{{"all"}, servers.settings()};
  const std::string id = accepted_event_id(all.port(), event_body("fail@example.com"));
  await_status(all.port(), id, "FAILED_DLQ");

  const RabbitmqManagement rabbitmq{servers.vhost()};
  const auto messages = rabbitmq.take("notification_dead_letter_queue", 1);
  REQUIRE(messages.size() == 1);
  rabbitmq.publish("notification_events", std::string{messages.front().at("payload").as_string()},
                   messages.front().at("properties").as_object());

  REQUIRE(wait_until([&] { return notification(all.port(), id).at("attemptCount").to_number<int>() == 8; }));
  CHECK(await_status(all.port(), id, "FAILED_DLQ").at("attempts").as_array().size() == 8);
}
