#include <algorithm>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <iterator>
#include <map>
#include <mutex>
#include <ranges>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/sha256.hpp"
#include "contract/broker/embedded_fixture.hpp"
#include "contract/broker/inbox.hpp"
#include "contract/broker/rabbitmq_fixture.hpp"
#include "domain/delivery_room.hpp"
#include "support/wait_until.hpp"

// What every broker promises. Each test case runs for each adapter on storage of its own.

namespace notifier::testing {
namespace {

constexpr Destination dead_letters{.queue = Destination::Queue::dead_letters, .delay = {}};

Destination delayed_by(std::chrono::milliseconds delay) { return {.queue = Destination::Queue::delay, .delay = delay}; }

Message message_with_all_fields() {
  return {.event_id = "evt-1",
          .event_type = "order_shipped",
          .body = R"({"id":"evt-1"})",
          .attempt = 3,
          .generation = 5,
          .route = "mail",
          .renewals = 2,
          .begun_alone = 1,
          .fingerprint = sha256("event"),
          .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          .first_failed_at = "2026-01-31T12:00:00.123Z",
          .not_before = 1'769'860'800'123,
          .dead_letter = DeadLetter{.reason = "retries_exhausted", .last_error = "the provider said \"no\"\nand \xC3\xBC"}};
}

void require_equal(const Message& actual, const Message& expected) {
  CHECK(actual.event_id == expected.event_id);
  CHECK(actual.event_type == expected.event_type);
  CHECK((actual.body == expected.body));
  CHECK(actual.attempt == expected.attempt);
  CHECK(actual.generation == expected.generation);
  CHECK(actual.route == expected.route);
  CHECK(actual.renewals == expected.renewals);
  CHECK(actual.begun_alone == expected.begun_alone);
  CHECK(actual.fingerprint == expected.fingerprint);
  CHECK(actual.traceparent == expected.traceparent);
  CHECK(actual.first_failed_at == expected.first_failed_at);
  CHECK(actual.not_before == expected.not_before);
  REQUIRE(actual.dead_letter.has_value() == expected.dead_letter.has_value());
  if (!expected.dead_letter) return;
  CHECK(actual.dead_letter->reason == expected.dead_letter->reason);
  CHECK(actual.dead_letter->last_error == expected.dead_letter->last_error);
}

template <typename Fixture>
void require_delivered_unchanged(const Message& message) {
  Fixture storage;
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker);
  REQUIRE(publish(*broker, message));
  REQUIRE(inbox.wait_for(1));
  require_equal(inbox.delivery(0).message, message);
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

TEMPLATE_TEST_CASE("A message is delivered with all its fields", "[broker]", EmbeddedFixture, RabbitmqFixture) {
  require_delivered_unchanged<TestType>(message_with_all_fields());
}

TEMPLATE_TEST_CASE("A message is delivered as it was published, whatever it holds", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  Message message = message_with_id("evt-1");
  SECTION("nothing but a body") {
    message = {};
    message.body = "{}";
  }
  SECTION("empty fields") { message.dead_letter = DeadLetter{}; }
  SECTION("an empty body") { message.body.clear(); }
  SECTION("a body that is no UTF-8 and holds NUL") { message.body = std::string{"\xFF\xFE\0\x80 {", 6}; }
  SECTION("a body of 1 MiB") { message.body = repeated("0123456789abcdef", 64 * 1024); }
  SECTION("a type of 255 characters that are not ASCII") { message.event_type = repeated("\xC3\xBC", 127) + "x"; }
  SECTION("an id of 128 characters") { message.event_id = repeated("a~", 64); }
  SECTION("no attempt") { message.attempt.reset(); }
  SECTION("the largest attempt") { message.attempt = 4'000'000'000U; }
  require_delivered_unchanged<TestType>(message);
}

TEMPLATE_TEST_CASE("Messages are delivered in the order in which they were published", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  TestType storage;
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker);
  const std::vector<std::string> ids = numbered_ids("evt", 500);
  publish_all(*broker, ids);
  REQUIRE(inbox.wait_for(ids.size()));
  CHECK(inbox.event_ids() == ids);
}

TEMPLATE_TEST_CASE("A consumer that starts later gets what was published before", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  TestType storage;
  const std::vector<std::string> ids = numbered_ids("evt", 20);
  publish_all(*open_ready(storage), ids);
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker);
  REQUIRE(inbox.wait_for(ids.size()));
  CHECK(inbox.event_ids() == ids);
}

TEMPLATE_TEST_CASE("No more than the prefetch is in hand, and acknowledging brings more", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  TestType storage;
  Inbox inbox;
  const auto broker = open_ready(storage);
  publish_all(*broker, numbered_ids("evt", 10));
  inbox.consume_from(*broker, 3);
  REQUIRE(inbox.wait_for(3));
  REQUIRE(wait_until([&] { return count_waiting(*broker) == 7; }));
  CHECK(inbox.size() == 3);

  inbox.ack(1);
  REQUIRE(inbox.wait_for(4));
  for (std::size_t acknowledged = 0; acknowledged < 10; ++acknowledged) {
    REQUIRE(inbox.wait_for(acknowledged + 1));
    inbox.ack(acknowledged);
  }
  CHECK(inbox.size() == 10);
  CHECK(inbox.most_unacknowledged() == 3);
}

TEMPLATE_TEST_CASE("What was not acknowledged comes again after a reopening, what was does not", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  TestType storage;
  {
    Inbox inbox;
    const auto broker = open_ready(storage);
    publish_all(*broker, numbered_ids("evt", 4));
    inbox.consume_from(*broker);
    REQUIRE(inbox.wait_for(4));
    inbox.ack(0);
    inbox.ack(2);
    broker->close();
  }
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker);
  REQUIRE(inbox.wait_for(2));
  publish_all(*broker, {"marker"});
  REQUIRE(inbox.wait_for(3));
  CHECK(inbox.event_ids() == std::vector<std::string>{"evt-1", "evt-3", "marker"});
}

TEMPLATE_TEST_CASE("An acknowledgement of an earlier connection's delivery is ignored", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  TestType storage;
  Inbox earlier;
  {
    const auto broker = open_ready(storage);
    publish_all(*broker, {"evt"});
    earlier.consume_from(*broker);
    REQUIRE(earlier.wait_for(1));
  }
  {
    Inbox inbox;
    const auto broker = open_ready(storage);
    inbox.consume_from(*broker);
    REQUIRE(inbox.wait_for(1));
    const DeliveryTag tag = earlier.delivery(0).tag;
    broker->ack({&tag, 1});
  }
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker);
  REQUIRE(inbox.wait_for(1));
  CHECK(inbox.delivery(0).message.event_id == "evt");
}

TEMPLATE_TEST_CASE("A delivery is live until its connection is gone", "[broker]", EmbeddedFixture, RabbitmqFixture) {
  TestType storage;
  Inbox inbox;
  const auto broker = open_ready(storage);
  publish_all(*broker, {"evt"});
  inbox.consume_from(*broker);
  REQUIRE(inbox.wait_for(1));
  const DeliveryTag tag = inbox.delivery(0).tag;
  CHECK(broker->is_live(tag));
  CHECK_FALSE(broker->is_live(DeliveryTag{}));
  broker->close();
  CHECK_FALSE(broker->is_live(tag));
  CHECK_FALSE(open_ready(storage)->is_live(tag));
}

TEMPLATE_TEST_CASE("No more is in hand than there is memory for, and what is larger than all of it comes alone", "[broker]",
                   EmbeddedFixture, RabbitmqFixture) {
  constexpr std::size_t body_size = 100'000;
  constexpr std::size_t messages = 30;
  TestType storage;
  const bool fits_none = GENERATE(false, true);
  const std::size_t bytes = fits_none ? 1 : 3 * memory_for(body_size);
  const std::size_t most = fits_none ? 1 : 3;
  std::mutex mutex;
  std::vector<Delivery> in_hand;
  std::size_t came = 0;
  const auto broker = open_ready(storage);
  for (std::size_t i = 0; i < messages; ++i) {
    Message message = message_with_id("evt-" + std::to_string(i));
    message.body = std::string(body_size, 'x');
    REQUIRE(publish(*broker, message));
  }
  broker->consume({.prefetch = 1000, .begun_at_a_time = 1000, .bytes = bytes}, [&](std::vector<Delivery> deliveries) {
    const std::lock_guard lock{mutex};
    came += deliveries.size();
    std::ranges::move(deliveries, std::back_inserter(in_hand));
  });
  for (std::size_t dealt_with = 0; dealt_with < messages; ++dealt_with) {
    const std::size_t expected = std::min(dealt_with + most, messages);
    REQUIRE(wait_until([&] {
      const std::lock_guard lock{mutex};
      return came >= expected;
    }));
    const std::lock_guard lock{mutex};
    REQUIRE(came == expected);
    broker->ack({&in_hand.front().tag, 1});
    in_hand.erase(in_hand.begin());
  }
  const std::lock_guard lock{mutex};
  in_hand.clear();
}

TEMPLATE_TEST_CASE("A delayed message comes to the main queue when its time is up, not before", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  TestType storage;
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker);
  const Message message = message_with_all_fields();
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(publish(*broker, message, delayed_by(short_delay)));
  REQUIRE(inbox.wait_for(1));
  CHECK(std::chrono::steady_clock::now() - start >= short_delay);
  require_equal(inbox.delivery(0).message, message);
}

TEMPLATE_TEST_CASE("A delayed message waits in the queue that bears its delay", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  TestType storage;
  const auto broker = open_ready(storage);
  REQUIRE(publish(*broker, message_with_id("evt"), delayed_by(long_delay)));
  CHECK(storage.depth("delay_queue_2s") == 1);
  CHECK(storage.depth(main_queue) == 0);
  REQUIRE(wait_until([&] { return storage.depth(main_queue) == 1; }));
  CHECK(storage.depth("delay_queue_2s") == 0);
}

TEMPLATE_TEST_CASE("A short delay is not held up by a long one", "[broker]", EmbeddedFixture, RabbitmqFixture) {
  TestType storage;
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker);
  REQUIRE(publish(*broker, message_with_id("long"), delayed_by(long_delay)));
  REQUIRE(publish(*broker, message_with_id("short"), delayed_by(short_delay)));
  REQUIRE(inbox.wait_for(2));
  CHECK(inbox.event_ids() == std::vector<std::string>{"short", "long"});
}

TEMPLATE_TEST_CASE("A delayed message survives a reopening", "[broker]", EmbeddedFixture, RabbitmqFixture) {
  TestType storage;
  REQUIRE(publish(*open_ready(storage), message_with_id("evt"), delayed_by(short_delay)));
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker);
  REQUIRE(inbox.wait_for(1));
  CHECK(inbox.delivery(0).message.event_id == "evt");
}

TEMPLATE_TEST_CASE("A delay without a queue is refused", "[broker]", EmbeddedFixture, RabbitmqFixture) {
  TestType storage;
  const auto broker = open_ready(storage);
  const auto result = publish(*broker, message_with_id("evt"), delayed_by(short_delay + std::chrono::milliseconds{1}));
  REQUIRE_FALSE(result);
  CHECK(result.error() == PublishError::refused);
}

TEMPLATE_TEST_CASE("A dead letter stays and can be read", "[broker]", EmbeddedFixture, RabbitmqFixture) {
  TestType storage;
  const Message message = message_with_all_fields();
  REQUIRE(publish(*open_ready(storage), message, dead_letters));
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker);
  publish_all(*broker, {"marker"});
  REQUIRE(inbox.wait_for(1));
  CHECK(inbox.event_ids() == std::vector<std::string>{"marker"});
  CHECK(storage.depth(dead_letter_queue) == 1);
  const std::vector<Message> found = storage.dead_letters();
  REQUIRE(found.size() == 1);
  require_equal(found[0], message);
}

TEMPLATE_TEST_CASE("Publishing from many threads answers and delivers each message once", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  constexpr std::size_t publishers = 8;
  constexpr std::size_t messages_each = 500;
  TestType storage;
  std::vector<std::atomic<int>> answers(publishers * messages_each);
  std::atomic<int> failures = 0;
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker, 10'000);
  {
    std::vector<std::jthread> threads;
    for (std::size_t publisher = 0; publisher < publishers; ++publisher) {
      threads.emplace_back([&, publisher] {
        for (std::size_t number = 0; number < messages_each; ++number) {
          const std::size_t index = publisher * messages_each + number;
          broker->publish(message_with_id(std::to_string(index)), {}, [&, index](std::expected<void, PublishError> result) {
            ++answers[index];
            if (!result) ++failures;
          });
        }
      });
    }
  }
  REQUIRE(wait_until([&] { return std::ranges::all_of(answers, [](const auto& count) { return count > 0; }); }));
  REQUIRE(inbox.wait_for(answers.size()));
  publish_all(*broker, {"marker"});
  REQUIRE(inbox.wait_for(answers.size() + 1));
  CHECK(failures == 0);
  CHECK(std::ranges::all_of(answers, [](const auto& count) { return count == 1; }));
  const std::vector<std::string> ids = inbox.event_ids();
  CHECK(ids.size() == answers.size() + 1);
  CHECK(std::set<std::string>{ids.begin(), ids.end()}.size() == ids.size());
}

TEMPLATE_TEST_CASE("Closing answers each publish once, and what was confirmed is there", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  constexpr std::size_t messages = 1000;
  TestType storage;
  std::vector<std::atomic<int>> answers(messages);
  std::vector<std::atomic<bool>> confirmed(messages);
  {
    const auto broker = open_ready(storage);
    for (std::size_t index = 0; index < messages; ++index) {
      broker->publish(message_with_id(std::to_string(index)), {}, [&, index](std::expected<void, PublishError> result) {
        ++answers[index];
        confirmed[index] = result.has_value();
      });
    }
    broker->close();
  }
  CHECK(std::ranges::all_of(answers, [](const auto& count) { return count == 1; }));
  Inbox inbox;
  const auto broker = open_ready(storage);
  publish_all(*broker, {"marker"});
  inbox.consume_from(*broker, 10'000);
  REQUIRE(wait_until([&] { return std::ranges::count(inbox.event_ids(), "marker") == 1; }));
  const std::vector<std::string> ids = inbox.event_ids();
  const std::set<std::string> delivered{ids.begin(), ids.end()};
  CHECK(delivered.size() == ids.size());
  for (std::size_t index = 0; index < messages; ++index) {
    if (confirmed[index]) CHECK(delivered.contains(std::to_string(index)));
  }
}

TEMPLATE_TEST_CASE("A closed broker publishes nothing and knows no count", "[broker]", EmbeddedFixture, RabbitmqFixture) {
  TestType storage;
  const auto broker = open_ready(storage);
  broker->close();
  broker->close();
  CHECK(broker->state() == BrokerState::closed);
  const auto result = publish(*broker, message_with_id("evt"));
  REQUIRE_FALSE(result);
  CHECK(result.error() == PublishError::unavailable);
  CHECK(count_waiting(*broker) == std::nullopt);
}

TEMPLATE_TEST_CASE("After stop_consuming nothing is delivered, and what is in hand can be acknowledged", "[broker]",
                   EmbeddedFixture, RabbitmqFixture) {
  TestType storage;
  Inbox inbox;
  {
    const auto broker = open_ready(storage);
    inbox.consume_from(*broker);
    std::atomic<bool> publishing = true;
    std::jthread publisher{[&] {
      while (publishing) publish_all(*broker, {"evt"});
    }};
    REQUIRE(inbox.wait_for(10));
    broker->stop_consuming();
    const std::size_t delivered = inbox.size();
    publish_all(*broker, numbered_ids("late", 10));
    publishing = false;
    publisher.join();
    CHECK(inbox.size() == delivered);
    inbox.ack_all();
  }
  Inbox later;
  const auto broker = open_ready(storage);
  publish_all(*broker, {"marker"});
  later.consume_from(*broker, 10'000);
  REQUIRE(wait_until([&] { return std::ranges::count(later.event_ids(), "marker") == 1; }));
  const std::vector<std::string> ids = later.event_ids();
  for (const std::string& id : numbered_ids("late", 10)) CHECK(std::ranges::count(ids, id) == 1);
}

TEMPLATE_TEST_CASE("The count is of what waits in the main queue and is not handed out", "[broker]", EmbeddedFixture,
                   RabbitmqFixture) {
  TestType storage;
  Inbox inbox;
  const auto broker = open_ready(storage);
  CHECK(count_waiting(*broker) == 0);
  publish_all(*broker, numbered_ids("evt", 5));
  REQUIRE(publish(*broker, message_with_id("late"), delayed_by(long_delay)));
  REQUIRE(publish(*broker, message_with_id("dead"), dead_letters));
  REQUIRE(wait_until([&] { return count_waiting(*broker) == 5; }));
  inbox.consume_from(*broker, 2);
  REQUIRE(inbox.wait_for(2));
  CHECK(wait_until([&] { return count_waiting(*broker) == 3; }));
}

}  // namespace
}  // namespace notifier::testing
