#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <csignal>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "domain/event_schema.hpp"
#include "support/dead_letters_under_test.hpp"
#include "support/rabbitmq_management.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

void post_failing(std::uint16_t port, int count) {
  for (int i = 0; i < count; ++i) {
    static_cast<void>(accepted_event_id(port, event_body("fail" + std::to_string(i) + "@example.com")));
  }
}

/// Events whose id belongs to another one each.
void post_mismatching(std::uint16_t port, int count) {
  for (int i = 0; i < count; ++i) {
    const std::map<std::string, std::string> key{{"Idempotency-Key", "key-" + std::to_string(i)}};
    const std::string id = accepted_event_id(port, event_body("first@example.com"), key);
    static_cast<void>(await_status(port, id, "SENT"));
    static_cast<void>(accepted_event_id(port, event_body("second@example.com"), key));
  }
}

Event edited_event(const DeadLetterSummary& dead) {
  const std::string payload = R"({"userId":"u","email":"mended@example.com","username":"abc"})";
  auto queued = parse_queued_event(event_message_body(dead.event_id, dead.event_type, "2023-10-27T10:00:00Z", payload));
  REQUIRE(queued.has_value());
  return queued->event;
}

/// What users do with dead letters, whatever the system runs on. `in_queue` counts the messages in the dead letter queue.
template <typename InQueue>
void work_with_dead_letters(std::uint16_t port, const DeadLettersUnderTest& letters, InQueue in_queue) {
  post_failing(port, 20);
  post_mismatching(port, 3);
  REQUIRE(letters.await_dead(23));
  CHECK(letters.count_by_reason() ==
        std::map<std::string, std::uint64_t>{{"payload_mismatch", 3}, {"retries_exhausted", 20}});

  std::vector<std::uint64_t> replays(2);
  {
    std::vector<std::jthread> presses;
    for (std::uint64_t& replay : replays) {
      presses.emplace_back([&] { replay = letters.start_replay(DeadLetterFilter{.reason = "retries_exhausted"}); });
    }
  }
  const ReplayRecord one = letters.await_end(replays[0]);
  const ReplayRecord other = letters.await_end(replays[1]);
  CHECK(one.replayed + other.replayed == 20);
  CHECK(one.skipped + other.skipped == 20);

  REQUIRE(letters.await_dead(23));
  for (const DeadLetterSummary& dead : letters.dead()) {
    if (dead.reason != "retries_exhausted") continue;
    CHECK(dead.deaths == 2);
    CHECK(dead.attempt_count == 4);
    const auto history = notification(port, dead.event_id);
    CHECK(history.at("attempts").as_array().size() == 4);
  }
  CHECK(wait_until([&] { return in_queue() == 23; }));

  const DeadLetterSummary mended =
      letters.dead().at(0).reason == "retries_exhausted" ? letters.dead().at(0) : letters.dead().at(5);
  REQUIRE(mended.reason == "retries_exhausted");
  REQUIRE(letters.repository().edit_and_replay(mended.id, edited_event(mended), "test")->has_value());
  const auto sent = await_status(port, mended.event_id, "SENT");
  CHECK(sent.at("payload").as_object().at("email").as_string() == "mended@example.com");
  const auto record = letters.repository().find(mended.id);
  REQUIRE((record.has_value() && record->has_value()));
  CHECK((*record)->original.contains("fail"));

  CHECK(letters.repository().discard(DeadLetterFilter{.reason = "payload_mismatch"}, "known", "test") == 3);
  CHECK(wait_until([&] { return in_queue() == 19; }));
  CHECK(letters.dead().size() == 19);
}

}  // namespace

TEST_CASE("Dead letters are listed, replayed once however often it is asked for, edited and discarded") {
  const auto database = GENERATE(RealServers::Database::mysql, RealServers::Database::mariadb);
  const RealServers servers{database};
  NotifierProcess all{{"all"}, servers.settings(two_attempts)};
  const DeadLettersUnderTest letters{servers};
  const RabbitmqManagement rabbitmq{servers.vhost()};
  work_with_dead_letters(all.port(), letters, [&] { return rabbitmq.messages_in("notification_dead_letter_queue"); });
}

TEST_CASE("Dead letters of the embedded default are listed, replayed once, edited and discarded") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder, two_attempts)};
  const DeadLettersUnderTest letters{folder};
  work_with_dead_letters(all.port(), letters,
                         [&] { return messages_in_embedded_queue(folder, "notification_dead_letter_queue"); });
}

TEST_CASE("A message that is no event can be seen, and an event be put in its place") {
  const RealServers servers;
  NotifierProcess all{{"all"}, servers.settings(two_attempts)};
  const DeadLettersUnderTest letters{servers};
  const RabbitmqManagement rabbitmq{servers.vhost()};
  static_cast<void>(accepted_event_id(all.port(), event_body()));
  rabbitmq.publish("notification_events", "no event \x01");
  REQUIRE(letters.await_dead(1));
  const DeadLetterSummary dead = letters.dead().front();
  CHECK(dead.reason == "invalid_event");
  CHECK(letters.repository().find(dead.id)->value().body == "no event \x01");

  Event event = edited_event({.event_id = "put-in-its-place", .event_type = "user_signup"});
  REQUIRE(letters.repository().edit_and_replay(dead.id, event, "test")->has_value());
  CHECK(await_status(all.port(), "put-in-its-place", "SENT").at("attemptCount").to_number<int>() == 1);
  CHECK(wait_until([&] { return rabbitmq.messages_in("notification_dead_letter_queue") == 0; }));
}

TEST_CASE("A dead letter that RabbitMQ's own tools move back is dead no more") {
  const RealServers servers;
  NotifierProcess all{{"all"}, servers.settings(two_attempts)};
  const DeadLettersUnderTest letters{servers};
  const RabbitmqManagement rabbitmq{servers.vhost()};
  post_failing(all.port(), 1);
  REQUIRE(letters.await_dead(1));
  auto message = rabbitmq.take("notification_dead_letter_queue", 1).at(0);
  rabbitmq.publish("notification_events", std::string{message.at("payload").as_string()},
                   message.at("properties").as_object());
  REQUIRE(wait_until([&] {
    const auto dead = letters.dead();
    return dead.size() == 1 && dead.front().deaths == 2;
  }));
}

TEST_CASE("A replay goes no faster than it may, can be cancelled, and what it did not get to stays dead") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder, two_attempts)};
  const DeadLettersUnderTest letters{folder};
  post_failing(all.port(), 60);
  REQUIRE(letters.await_dead(60));
  const std::uint64_t replay = letters.start_replay(DeadLetterFilter{}, 10);
  REQUIRE(wait_until([&] { return letters.replay(replay).replayed >= 3; }));
  REQUIRE(letters.repository().cancel_replay(replay) == true);
  const ReplayRecord cancelled = letters.await_end(replay);
  CHECK(cancelled.state == ReplayState::cancelled);
  CHECK(cancelled.cancelled > 0);
  CHECK(cancelled.replayed + cancelled.pending + cancelled.cancelled == 60);
  CHECK(letters.repository().cancel_replay(replay) == false);
  REQUIRE(letters.await_dead(60));
  std::size_t died_once = 0;
  for (const DeadLetterSummary& dead : letters.dead()) died_once += dead.deaths == 1 ? 1 : 0;
  CHECK(died_once == cancelled.cancelled);
}
