#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "contract/broker/inbox.hpp"
#include "contract/broker/rabbitmq_fixture.hpp"
#include "support/wait_until.hpp"

// What is RabbitMQ's alone: topology, TLS, returns, lost connections.

namespace notifier::testing {
namespace {

using Catch::Matchers::ContainsSubstring;

boost::json::object arguments_of(const RabbitmqFixture& storage, const std::string& queue) {
  return storage.management().queue(queue).at("arguments").as_object();
}

/// Why RabbitMQ cannot be used with these settings.
std::string complaint(const RabbitmqFixture& storage, const RabbitmqSettings& settings, BrokerTopology topology) {
  std::promise<std::string> told;
  auto sentence = told.get_future();
  const auto broker = storage.open_with(settings, topology, [&told](std::string why) { told.set_value(std::move(why)); });
  if (sentence.wait_for(std::chrono::seconds{20}) != std::future_status::ready) return "no complaint";
  return sentence.get();
}

/// Ends every connection in the fixture's vhost from the server's side, when there are `count`.
void close_connections(const RabbitmqFixture& storage, std::size_t count) {
  boost::json::array connections;
  REQUIRE(wait_until([&] {
    connections =
        boost::json::parse(call_rabbitmq_management("GET", "/api/vhosts/" + storage.vhost().name() + "/connections"))
            .as_array();
    return connections.size() >= count;
  }));
  for (const auto& connection : connections) {
    std::string name;
    for (const char c : connection.at("name").as_string()) {
      name += c == ' ' ? "%20" : c == '>' ? "%3E" : std::string(1, c);
    }
    call_rabbitmq_management("DELETE", "/api/connections/" + name);
  }
}

}  // namespace

TEST_CASE("Quorum queues are declared so that nothing is lost on the way between them", "[rabbitmq]") {
  RabbitmqFixture storage;
  const auto broker = open_ready(storage);

  const auto main = arguments_of(storage, "notification_events");
  CHECK(main.at("x-queue-type").as_string() == "quorum");
  CHECK(main.at("x-delivery-limit").to_number<int>() == 20);
  CHECK(main.at("x-dead-letter-exchange").as_string().empty());
  CHECK(main.at("x-dead-letter-routing-key").as_string() == "notification_dead_letter_queue");
  CHECK(main.at("x-dead-letter-strategy").as_string() == "at-least-once");
  CHECK(main.at("x-overflow").as_string() == "reject-publish");

  const auto delay = arguments_of(storage, "delay_queue_2s");
  CHECK(delay.at("x-queue-type").as_string() == "quorum");
  CHECK(delay.at("x-message-ttl").to_number<int>() == 2000);
  CHECK(delay.at("x-dead-letter-routing-key").as_string() == "notification_events");
  CHECK(delay.at("x-dead-letter-strategy").as_string() == "at-least-once");
  CHECK(delay.at("x-overflow").as_string() == "reject-publish");
  CHECK(arguments_of(storage, "notification_dead_letter_queue").at("x-queue-type").as_string() == "quorum");
}

TEST_CASE("Classic queues have no more than they need, and work", "[rabbitmq]") {
  RabbitmqFixture storage;
  BrokerTopology topology = test_topology();
  topology.queue_type = QueueType::classic;
  Inbox inbox;
  const auto broker = storage.open_with(storage.settings(), topology, [](const std::string&) {});
  REQUIRE(wait_until([&] { return broker->state() == BrokerState::ready; }));
  inbox.consume_from(*broker);
  REQUIRE(publish(*broker, message_with_id("e1"), {.queue = Destination::Queue::delay, .delay = short_delay}));
  CHECK(inbox.wait_for(1));
  CHECK_FALSE(arguments_of(storage, "notification_events").contains("x-delivery-limit"));
  CHECK_FALSE(arguments_of(storage, "delay_queue_2s").contains("x-dead-letter-strategy"));
}

TEST_CASE("With a passive topology the queues must be there, and are used as they are", "[rabbitmq]") {
  RabbitmqFixture storage;
  BrokerTopology topology = test_topology();
  topology.mode = TopologyMode::passive;
  CHECK_THAT(complaint(storage, storage.settings(), topology), ContainsSubstring("notification_"));

  {
    const auto declaring = open_ready(storage);
  }
  const auto broker = storage.open_with(storage.settings(), topology, [](const std::string&) {});
  REQUIRE(wait_until([&] { return broker->state() == BrokerState::ready; }));
  CHECK(publish(*broker, message_with_id("e1")));
}

TEST_CASE("#32 A queue with other arguments is named, with what can be done", "[rabbitmq]") {
  const RabbitmqFixture storage;
  call_rabbitmq_management("PUT", "/api/queues/" + storage.vhost().name() + "/delay_queue_2s",
                           R"({"durable":true,"arguments":{"x-message-ttl":1}})");
  CHECK_THAT(complaint(storage, storage.settings(), test_topology()),
             ContainsSubstring("delay_queue_2s") && ContainsSubstring("RABBITMQ_TOPOLOGY=passive"));
}

TEST_CASE("Refused credentials and vhosts are told without the password", "[rabbitmq]") {
  const RabbitmqFixture storage;
  RabbitmqSettings settings = storage.settings();
  settings.url = "amqp://guest:wrong-word@127.0.0.1:" + std::to_string(rabbitmq_port()) + "/" + storage.vhost().name();
  CHECK_THAT(complaint(storage, settings, test_topology()),
             ContainsSubstring("RABBITMQ_URL") && !ContainsSubstring("wrong-word"));
  settings.url = "amqp://guest:guest@127.0.0.1:" + std::to_string(rabbitmq_port()) + "/no_such_vhost";
  CHECK_THAT(complaint(storage, settings, test_topology()), ContainsSubstring("no_such_vhost"));
}

TEST_CASE("amqps verifies the server against the given authorities", "[rabbitmq]") {
  const RabbitmqFixture storage;
  RabbitmqSettings settings;
  settings.url = storage.vhost().tls_url();
  settings.ca_file = rabbitmq_ca_file();
  Inbox inbox;
  {
    const auto broker = storage.open_with(settings, test_topology(), [](const std::string&) {});
    REQUIRE(wait_until([&] { return broker->state() == BrokerState::ready; }));
    inbox.consume_from(*broker);
    REQUIRE(publish(*broker, message_with_id("e1")));
    CHECK(inbox.wait_for(1));
  }
  settings.ca_file.clear();  // The system's authorities do not know the test's.
  CHECK(complaint(storage, settings, test_topology()) != "no complaint");
}

TEST_CASE("A message that no queue takes is refused, and publishing works again when the queue is back", "[rabbitmq]") {
  RabbitmqFixture storage;
  const auto broker = open_ready(storage);
  call_rabbitmq_management("DELETE", "/api/queues/" + storage.vhost().name() + "/notification_dead_letter_queue");
  const Destination dead_letters{.queue = Destination::Queue::dead_letters, .delay = {}};
  const auto refused = publish(*broker, message_with_id("e1"), dead_letters);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == PublishError::refused);
  CHECK(publish(*broker, message_with_id("e2")));
  CHECK(wait_until([&] { return publish(*broker, message_with_id("e3"), dead_letters).has_value(); }));
}

TEST_CASE("Ten thousand publishes from several threads are all confirmed", "[rabbitmq]") {
  constexpr std::size_t publishers = 4;
  constexpr std::size_t messages_each = 2500;
  std::atomic<std::size_t> confirmed = 0;
  std::atomic<std::size_t> answered = 0;
  RabbitmqFixture storage;
  const auto broker = open_ready(storage);
  {
    std::vector<std::jthread> threads;
    for (std::size_t publisher = 0; publisher < publishers; ++publisher) {
      threads.emplace_back([&] {
        for (std::size_t number = 0; number < messages_each; ++number) {
          broker->publish(message_with_id("e1"), {}, [&](std::expected<void, PublishError> result) {
            if (result) ++confirmed;
            ++answered;
          });
        }
      });
    }
  }
  REQUIRE(wait_until([&] { return answered == publishers * messages_each; }));
  CHECK(confirmed == publishers * messages_each);
  CHECK(storage.depth(main_queue) == publishers * messages_each);
}

TEST_CASE("A message of 16 MiB is delivered whole", "[rabbitmq]") {
  RabbitmqFixture storage;
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker);
  Message message = message_with_id("e1");
  message.body.assign(16 * 1024 * 1024, 'x');
  REQUIRE(publish(*broker, message));
  REQUIRE(inbox.wait_for(1));
  CHECK((inbox.delivery(0).message.body == message.body));
}

TEST_CASE("A consumer whose queue was deleted goes on when it is there again", "[rabbitmq]") {
  RabbitmqFixture storage;
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker);
  REQUIRE(publish(*broker, message_with_id("e1")));
  REQUIRE(inbox.wait_for(1));
  call_rabbitmq_management("DELETE", "/api/queues/" + storage.vhost().name() + "/notification_events");
  REQUIRE(wait_until([&] { return publish(*broker, message_with_id("e2")).has_value(); }));
  REQUIRE(inbox.wait_for(2));
  CHECK(inbox.delivery(1).message.event_id == "e2");
  inbox.ack(0);  // Of the lost connection: ignored.
  inbox.ack(1);
  REQUIRE(publish(*broker, message_with_id("e3")));
  CHECK(inbox.wait_for(3));
}

TEST_CASE("After the server has closed the connections, deliveries come again and publishing goes on", "[rabbitmq]") {
  RabbitmqFixture storage;
  Inbox inbox;
  const auto broker = open_ready(storage);
  inbox.consume_from(*broker);
  REQUIRE(publish(*broker, message_with_id("e1")));
  REQUIRE(inbox.wait_for(1));
  close_connections(storage, 2);
  REQUIRE(inbox.wait_for(2));
  CHECK(inbox.delivery(1).message.event_id == "e1");
  inbox.ack(0);  // Of the lost connection: ignored.
  inbox.ack(1);
  REQUIRE(wait_until([&] { return publish(*broker, message_with_id("e2")).has_value(); }));
  REQUIRE(inbox.wait_for(3));
  CHECK(inbox.delivery(2).message.event_id == "e2");
}

}  // namespace notifier::testing
