#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "contract/broker/embedded_fixture.hpp"
#include "contract/broker/inbox.hpp"
#include "contract/broker/rabbitmq_fixture.hpp"
#include "support/tcp_proxy.hpp"
#include "support/wait_until.hpp"

// What every broker promises of a pass over its dead letters.

namespace notifier::testing {
namespace {

constexpr Destination to_dead_letters{.queue = Destination::Queue::dead_letters, .delay = {}};
constexpr std::chrono::minutes long_enough{1};

void publish_dead(Broker& broker, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    Message message = message_with_id(id);
    message.attempt = 4;
    message.dead_letter = DeadLetter{.reason = "retries_exhausted", .last_error = "gone"};
    REQUIRE(publish(broker, message, to_dead_letters));
  }
}

RemovableSelector removing(std::set<std::string> removable) {
  return [removable = std::move(removable)](std::span<const Message> messages) {
    std::vector<bool> answers;
    for (const Message& message : messages) answers.push_back(removable.contains(message.event_id));
    return std::optional{answers};
  };
}

template <typename Fixture>
std::multiset<std::string> dead_ids(Fixture& storage) {
  std::multiset<std::string> ids;
  for (const Message& message : storage.dead_letters()) ids.insert(message.event_id);
  return ids;
}

std::int64_t highest_delivery_count(const RabbitmqFixture& storage) {
  std::int64_t highest = 0;
  for (const auto& message : storage.management().peek(std::string{dead_letter_queue}, 100)) {
    const auto& headers = message.at("properties").at("headers").as_object();
    if (const auto* count = headers.if_contains("x-delivery-count")) highest = std::max(highest, count->as_int64());
  }
  return highest;
}

}  // namespace

TEMPLATE_TEST_CASE("A pass removes the dead letters that are removable and leaves the others as they were", "[broker]",
                   EmbeddedFixture, RabbitmqFixture) {
  TestType storage;
  const auto broker = open_ready(storage);
  publish_dead(*broker, {"a", "b", "c", "b"});
  Message odd = message_with_id("odd");
  odd.body = "no event";
  odd.dead_letter = DeadLetter{.reason = "invalid_event", .last_error = "unreadable"};
  REQUIRE(publish(*broker, odd, to_dead_letters));

  const auto pass = broker->remove_dead_letters(removing({"b"}), {}, long_enough);
  REQUIRE(pass.has_value());
  CHECK(pass->seen == 5);
  CHECK(pass->removed == 2);
  CHECK(pass->complete);
  REQUIRE(wait_until([&] { return storage.depth(dead_letter_queue) == 3; }));
  CHECK(dead_ids(storage) == std::multiset<std::string>{"a", "c", "odd"});
  for (const Message& message : storage.dead_letters()) {
    REQUIRE(message.dead_letter.has_value());
    if (message.event_id == "odd") {
      CHECK((message.body == odd.body));
      CHECK(message.dead_letter->reason == "invalid_event");
    } else {
      CHECK(message.attempt == 4);
      CHECK(message.dead_letter->last_error == "gone");
    }
  }
}

TEMPLATE_TEST_CASE("A pass over an empty queue sees nothing and is complete", "[broker]", EmbeddedFixture, RabbitmqFixture) {
  TestType storage;
  const auto broker = open_ready(storage);
  const auto pass = broker->remove_dead_letters(removing({"a"}), {}, long_enough);
  REQUIRE(pass.has_value());
  CHECK(pass->seen == 0);
  CHECK(pass->complete);
}

TEMPLATE_TEST_CASE("A selector that cannot tell ends the pass, and nothing more is removed", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  TestType storage;
  const auto broker = open_ready(storage);
  publish_dead(*broker, numbered_ids("d", 20));
  const auto pass = broker->remove_dead_letters(
      [](std::span<const Message>) -> std::optional<std::vector<bool>> { return std::nullopt; }, {}, long_enough);
  REQUIRE(pass.has_value());
  CHECK_FALSE(pass->complete);
  CHECK(pass->removed == 0);
  CHECK(wait_until([&] { return storage.depth(dead_letter_queue) == 20; }));
}

TEMPLATE_TEST_CASE("A pass that is asked to stop leaves the rest where it is", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  TestType storage;
  const auto broker = open_ready(storage);
  publish_dead(*broker, numbered_ids("d", 400));
  std::stop_source stop;
  const auto pass = broker->remove_dead_letters(
      [&](std::span<const Message> messages) {
        stop.request_stop();
        return std::optional{std::vector<bool>(messages.size(), true)};
      },
      stop.get_token(), long_enough);
  REQUIRE(pass.has_value());
  CHECK_FALSE(pass->complete);
  CHECK(pass->removed > 0);
  CHECK(pass->removed < 400);
  CHECK(wait_until([&] { return storage.depth(dead_letter_queue) == 400 - pass->removed; }));
}

TEMPLATE_TEST_CASE("Dead letters that come in during a pass stay", "[broker]", EmbeddedFixture, RabbitmqFixture) {
  TestType storage;
  const auto broker = open_ready(storage);
  publish_dead(*broker, numbered_ids("early", 10));
  bool published = false;
  const auto pass = broker->remove_dead_letters(
      [&](std::span<const Message> messages) {
        if (!std::exchange(published, true)) publish_dead(*broker, numbered_ids("late", 10));
        return std::optional{std::vector<bool>(messages.size(), true)};
      },
      {}, long_enough);
  REQUIRE(pass.has_value());
  CHECK(pass->removed == 10);
  CHECK(wait_until([&] { return storage.depth(dead_letter_queue) == 10; }));
  const auto left = dead_ids(storage);
  CHECK(std::ranges::all_of(left, [](const std::string& id) { return id.starts_with("late"); }));
}

TEMPLATE_TEST_CASE("A pass gets through thousands of dead letters", "[broker]", EmbeddedFixture, RabbitmqFixture) {
  TestType storage;
  const auto broker = open_ready(storage);
  const auto ids = numbered_ids("d", 3000);
  publish_all(*broker, ids, to_dead_letters);
  const std::set<std::string> removable{ids.begin(), ids.begin() + 1000};
  const auto pass = broker->remove_dead_letters(removing(removable), {}, long_enough);
  REQUIRE(pass.has_value());
  CHECK(pass->complete);
  CHECK(pass->seen == 3000);
  CHECK(pass->removed == 1000);
  CHECK(wait_until([&] { return storage.depth(dead_letter_queue) == 2000; }));
}

TEST_CASE("However often dead letters are gone through, they are all there, and not worn out", "[broker]") {
  RabbitmqFixture storage;
  const auto broker = open_ready(storage);
  publish_dead(*broker, {"a", "b", "c"});
  for (int round = 0; round < 25; ++round) {
    REQUIRE(wait_until([&] { return storage.depth(dead_letter_queue) == 3; }));
    const auto pass = broker->remove_dead_letters(removing({}), {}, long_enough);
    REQUIRE(pass.has_value());
    CHECK(pass->seen == 3);
  }
  REQUIRE(wait_until([&] { return storage.depth(dead_letter_queue) == 3; }));
  CHECK(dead_ids(storage) == std::multiset<std::string>{"a", "b", "c"});
  CHECK(highest_delivery_count(storage) <= 12);
}

TEST_CASE("A pass whose connection breaks leaves what it has not removed", "[broker]") {
  RabbitmqFixture storage;
  TcpProxy proxy{rabbitmq_port()};
  RabbitmqSettings settings = storage.settings();
  settings.url = "amqp://guest:guest@127.0.0.1:" + std::to_string(proxy.port()) + "/" + storage.vhost().name();
  const auto broker = storage.open_with(settings, test_topology(), [](const std::string&) {});
  REQUIRE(wait_until([&] { return broker->state() == BrokerState::ready; }));
  publish_dead(*broker, numbered_ids("d", 50));
  static_cast<void>(broker->remove_dead_letters(
      [&](std::span<const Message> messages) {
        proxy.cut();
        return std::optional{std::vector<bool>(messages.size(), false)};
      },
      {}, long_enough));
  CHECK(wait_until([&] { return storage.depth(dead_letter_queue) == 50; }));
  CHECK(dead_ids(storage).size() == 50);
}

TEST_CASE("After the broker was closed no pass is begun", "[broker]") {
  RabbitmqFixture storage;
  const auto broker = open_ready(storage);
  broker->close();
  CHECK_FALSE(broker->remove_dead_letters(removing({}), {}, long_enough).has_value());
}

TEST_CASE("A pass says why the broker has moved a message, whatever delay queues it has been in", "[broker]") {
  RabbitmqFixture storage;
  const auto broker = open_ready(storage);
  const std::string queue{main_queue};
  REQUIRE(publish(*broker, message_with_id("came-back"), {.queue = Destination::Queue::delay, .delay = short_delay}));
  REQUIRE(wait_until([&] {
    static_cast<void>(storage.management().peek(queue, 1));
    return storage.depth(dead_letter_queue) == 1;
  }));
  const std::string policy = "/api/policies/" + storage.vhost().name() + "/ttl";
  call_rabbitmq_management("PUT", policy,
                           R"({"pattern":"^notification_events$","definition":{"message-ttl":1},"apply-to":"queues"})");
  REQUIRE(publish(*broker, message_with_id("waited")));
  REQUIRE(wait_until([&] { return storage.depth(dead_letter_queue) == 2; }));

  std::map<std::string, std::string> reasons;
  const auto pass = broker->remove_dead_letters(
      [&](std::span<const Message> messages) {
        for (const Message& message : messages) reasons[message.event_id] = message.dead_letter.value().reason;
        return std::optional{std::vector<bool>(messages.size(), false)};
      },
      {}, long_enough);
  REQUIRE(pass.has_value());
  CHECK(reasons == std::map<std::string, std::string>{{"came-back", "delivery_limit"}, {"waited", "expired"}});
}

}  // namespace notifier::testing
