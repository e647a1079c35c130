#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "support/rabbitmq_management.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

std::string with_id(const std::string& id, const std::string& rest) { return R"({"id":)" + id + "," + rest + "}"; }

const std::string rest_of_event =
    R"("eventType":"t","timestamp":"2023-10-27","payload":{"userId":"u","email":"a@example.com","username":"abc"})";

std::vector<std::string> poisons() {
  return {
      "",
      "not json",
      "null",
      "42",
      R"("text")",
      "[]",
      "{}",
      "{" + rest_of_event + "}",
      with_id("\"\"", rest_of_event),
      with_id("7", rest_of_event),
      with_id("\"" + std::string(129, 'x') + "\"", rest_of_event),
      with_id(R"("with\nnewline")", rest_of_event),
      with_id(
          "\"a\"",
          R"("eventType":"t","timestamp":"yesterday","payload":{"userId":"u","email":"a@example.com","username":"abc"})"),
      with_id("\"b\"",
              R"("eventType":"t","timestamp":"2023-10-27","payload":{"userId":"u","email":"nobody","username":"abc"})"),
      with_id("\"c\"", R"("eventType":"t","timestamp":"2023-10-27","payload":null)"),
      with_id("\"d\"", rest_of_event) + " trailing",
      with_id("\"e\"", rest_of_event + R"(,"eventType":"again")"),
      with_id(
          "\"f\"",
          R"("eventType":"t","timestamp":"2023-10-27","payload":{"userId":"u","email":"a@example.com","username":"abc","n":1e400})"),
      std::string("{\"id\":\"g\",\"eventType\":\"\xff\xfe\"}"),
      std::string(100'000, '['),
      std::string(4'000'000, 'x'),
      with_id("\"h\"", R"("retryCount":-1,)" + rest_of_event),
  };
}

}  // namespace

TEST_CASE("Whatever unreadable lies on the queue ends in the dead letters as it came, and good events behind it are sent") {
  const RealServers servers;
  const RabbitmqManagement rabbitmq{servers.vhost()};
  NotifierProcess all{{"all"}, servers.settings()};
  await_status(all.port(), accepted_event_id(all.port(), event_body()), "SENT");

  for (const std::string& poison : poisons()) rabbitmq.publish("notification_events", poison);
  const std::string id = accepted_event_id(all.port(), event_body());
  await_status(all.port(), id, "SENT");

  std::vector<boost::json::object> dead;
  REQUIRE(wait_until([&] {
    for (auto& message : rabbitmq.take("notification_dead_letter_queue", 100)) dead.push_back(std::move(message));
    return dead.size() >= poisons().size();
  }));
  CHECK(dead.size() == poisons().size());
  for (const auto& message : dead) {
    const auto& headers = message.at("properties").at("headers").as_object();
    CHECK(headers.at("x-dead-letter-reason").as_string() == "invalid_event");
    CHECK_FALSE(headers.at("x-last-error").as_string().empty());
  }
  CHECK(all.is_running());
  CHECK(servers.sends().size() == 2);
}

TEST_CASE("A message that another service published straight to the queue is sent") {
  const RealServers servers;
  const RabbitmqManagement rabbitmq{servers.vhost()};
  NotifierProcess all{{"all"}, servers.settings()};
  await_status(all.port(), accepted_event_id(all.port(), event_body()), "SENT");
  rabbitmq.publish("notification_events",
                   R"({"eventId":"from-elsewhere","retryCount":1,"source":"billing",)" + rest_of_event + "}");
  const auto row = await_status(all.port(), "from-elsewhere", "SENT");
  CHECK(row.at("attemptCount").to_number<int>() == 2);
}

TEST_CASE("What came back to the queue until the broker gave it up, before anybody claimed it, is sent all the same") {
  const RealServers servers;
  const RabbitmqManagement rabbitmq{servers.vhost()};
  {
    NotifierProcess all{{"all"}, servers.settings()};
    await_status(all.port(), accepted_event_id(all.port(), event_body()), "SENT");
    // A process that is killed leaves what it has not acknowledged yet, and there would be two messages to bury.
    all.signal(SIGTERM);
    REQUIRE(all.wait_for_exit() == 0);
  }
  rabbitmq.publish("notification_events", with_id("\"buried\"", rest_of_event));
  // Without it, the message is handed out twenty times first, by a slow call of the API each.
  const std::string policy = "/api/policies/" + servers.vhost() + "/limit";
  call_rabbitmq_management("PUT", policy,
                           R"({"pattern":"^notification_events$","apply-to":"queues","definition":{"delivery-limit":2}})");
  const auto is_buried = [&] {
    static_cast<void>(rabbitmq.peek("notification_events", 1));
    return rabbitmq.messages_in("notification_dead_letter_queue") == 1;
  };
  REQUIRE(wait_until(is_buried, std::chrono::minutes{1}));
  call_rabbitmq_management("DELETE", policy);
  NotifierProcess all{{"all"}, servers.settings()};
  await_status(all.port(), "buried", "SENT");
  CHECK(wait_until([&] { return rabbitmq.messages_in("notification_dead_letter_queue") == 0; }));
  CHECK(servers.sends().size() == 2);
}
