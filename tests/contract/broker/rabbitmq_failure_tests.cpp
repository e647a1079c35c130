#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <future>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "contract/broker/inbox.hpp"
#include "contract/broker/rabbitmq_fixture.hpp"
#include "support/tcp_proxy.hpp"
#include "support/wait_until.hpp"

// A RabbitMQ that hangs or is cut off.

namespace notifier::testing {
namespace {

/// A broker that reaches RabbitMQ through a proxy, ready to be used.
struct ProxiedBroker {
  ProxiedBroker() {
    RabbitmqSettings settings = storage.settings();
    settings.url = "amqp://guest:guest@127.0.0.1:" + std::to_string(proxy.port()) + "/" + storage.vhost().name();
    broker = storage.open_with(settings, test_topology(), [](const std::string&) {});
    if (!wait_until([&] { return broker->state() == BrokerState::ready; })) throw std::runtime_error{"not ready"};
  }

  RabbitmqFixture storage;
  TcpProxy proxy{rabbitmq_port()};
  std::unique_ptr<Broker> broker;
};

/// The answers to publishes, in no order. It must outlive the broker.
struct Answers {
  std::atomic<std::size_t> published = 0;
  std::atomic<std::size_t> unconfirmed = 0;
  std::atomic<std::size_t> not_published = 0;

  void publish(Broker& broker, Message message) {
    broker.publish(std::move(message), {}, [this](std::expected<void, PublishError> result) {
      if (result) {
        ++published;
      } else {
        ++(result.error() == PublishError::unconfirmed ? unconfirmed : not_published);
      }
    });
  }

  [[nodiscard]] std::size_t count() const { return published + unconfirmed + not_published; }
};

/// A publish is answered some seconds after the call at the latest; a machine under load gets some more.
constexpr std::chrono::seconds publish_deadline{15};

/// More than fits into the buffers between two sockets, so that writes block.
constexpr std::size_t large_messages = 400;
constexpr std::size_t large_body = 128 * 1024;

Message large_message() {
  Message message = message_with_id("large");
  message.body.assign(large_body, 'x');
  return message;
}

bool returns(std::future<void>& call) { return call.wait_for(publish_deadline) == std::future_status::ready; }

}  // namespace

TEST_CASE("Deliveries of a connection that was cut are not live any more, and come again with their count", "[rabbitmq]") {
  ProxiedBroker cut;
  Inbox inbox;
  publish_all(*cut.broker, {"evt"});
  inbox.consume_from(*cut.broker);
  REQUIRE(inbox.wait_for(1));
  CHECK(inbox.delivery(0).delivery_count == 0);
  cut.proxy.cut();
  REQUIRE(inbox.wait_for(2));
  CHECK_FALSE(cut.broker->is_live(inbox.delivery(0).tag));
  CHECK(cut.broker->is_live(inbox.delivery(1).tag));
  CHECK(inbox.delivery(1).delivery_count == 1);
}

TEST_CASE("A consumer that has no memory for more for longer than the heartbeat keeps its connection", "[rabbitmq]") {
  // RabbitMQ and the client each give up after 10 s without a sign of life.
  constexpr std::chrono::seconds held_for{13};
  constexpr std::size_t bytes = 4 * 1024 * 1024;
  RabbitmqFixture storage;
  const auto broker = open_ready(storage);
  // The small one makes the consumer ask for many, and RabbitMQ fill the buffers between them.
  publish_all(*broker, {"small"});
  for (std::size_t i = 1; i < large_messages; ++i) {
    Message message = message_with_id("evt-" + std::to_string(i));
    message.body.resize(large_body, 'x');
    REQUIRE(publish(*broker, message));
  }
  std::mutex mutex;
  std::vector<Delivery> held;
  bool holding = true;
  std::size_t came = 0;
  broker->consume({.prefetch = large_messages, .begun_at_a_time = 1, .bytes = bytes}, [&](std::vector<Delivery> deliveries) {
    const std::lock_guard lock{mutex};
    came += deliveries.size();
    for (Delivery& delivery : deliveries) {
      if (holding) {
        held.push_back(std::move(delivery));
      } else {
        broker->ack({&delivery.tag, 1});
      }
    }
  });
  const auto have_come = [&](std::size_t number) {
    const std::lock_guard lock{mutex};
    return came >= number;
  };
  REQUIRE(wait_until([&] { return have_come(10); }));
  // Of the connection that there is: RabbitMQ under load may close one as soon as it was made.
  DeliveryTag before;
  {
    const std::lock_guard lock{mutex};
    before = held.back().tag;
  }
  // Nothing happens meanwhile that could be awaited: that the connection outlives this time is what is tested.
  std::this_thread::sleep_for(held_for);
  {
    const std::lock_guard lock{mutex};
    CHECK(came < 20);
    holding = false;
    for (const Delivery& delivery : held) broker->ack({&delivery.tag, 1});
  }
  CHECK(broker->is_live(before));
  held.clear();
  CHECK(wait_until([&] { return have_come(large_messages); }));
  CHECK(broker->is_live(before));
}

TEST_CASE("When RabbitMQ hangs, what it was sent is answered as unconfirmed, and closing does not hang", "[rabbitmq]") {
  Answers answers;
  std::atomic<bool> counted = false;
  ProxiedBroker proxied;
  proxied.proxy.stall();
  for (int i = 0; i < 10; ++i) answers.publish(*proxied.broker, message_with_id("e1"));
  proxied.broker->count_waiting([&](std::optional<std::uint64_t> count) { counted = count == std::nullopt; });
  CHECK(wait_until([&] { return answers.count() == 10 && counted; }, publish_deadline));
  CHECK(answers.unconfirmed == 10);
  auto closed = std::async(std::launch::async, [&] { proxied.broker->close(); });
  CHECK(returns(closed));
}

TEST_CASE("A RabbitMQ that hangs is not ready once it owes a confirm, and publishes are refused at once", "[rabbitmq]") {
  Answers answers;
  ProxiedBroker proxied;
  proxied.proxy.stall();
  answers.publish(*proxied.broker, message_with_id("e1"));
  REQUIRE(wait_until([&] { return answers.count() == 1; }, publish_deadline));
  // Heartbeats would take longer than this.
  CHECK(wait_until([&] { return proxied.broker->state() != BrokerState::ready; }, std::chrono::seconds{2}));
  const auto refused = publish(*proxied.broker, message_with_id("e2"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == PublishError::unavailable);
}

TEST_CASE("A delivery that is lost on the way comes again, and is not acknowledged with those behind it", "[rabbitmq]") {
  Inbox inbox;
  ProxiedBroker proxied;
  const auto other = open_ready(proxied.storage);
  inbox.consume_from(*proxied.broker);
  publish_all(*other, {"first"});
  REQUIRE(inbox.wait_for(1));
  proxied.proxy.lose_answer_with("lost");
  publish_all(*other, {"lost"});
  REQUIRE(wait_until([&] { return proxied.proxy.has_struck(); }));
  publish_all(*other, {"behind"});
  const auto has_come = [&](const char* id) { return std::ranges::count(inbox.event_ids(), id) == 1; };
  CHECK(wait_until([&] {
    inbox.ack_all();
    return has_come("lost") && has_come("behind");
  }));
}

TEST_CASE("When a connection to RabbitMQ is lost, the next address is tried first", "[rabbitmq]") {
  const RabbitmqFixture storage;
  TcpProxy first{rabbitmq_port()};
  const TcpProxy second{rabbitmq_port()};
  const auto url_of = [&](const TcpProxy& proxy) {
    return "amqp://guest:guest@127.0.0.1:" + std::to_string(proxy.port()) + "/" + storage.vhost().name();
  };
  RabbitmqSettings settings = storage.settings();
  settings.url = url_of(first) + "," + url_of(second);
  const auto broker = storage.open_with(settings, test_topology(), [](const std::string&) {});
  REQUIRE(wait_until([&] { return broker->state() == BrokerState::ready; }));
  REQUIRE(second.connections() == 0);
  first.cut();
  CHECK(wait_until([&] { return second.connections() == 1 && broker->state() == BrokerState::ready; }));
}

TEST_CASE("When RabbitMQ takes nothing, publishes that block are answered, and all works again when it does", "[rabbitmq]") {
  Answers answers;
  ProxiedBroker proxied;
  proxied.proxy.stall();
  for (std::size_t i = 0; i < large_messages; ++i) answers.publish(*proxied.broker, large_message());
  CHECK(wait_until([&] { return answers.count() == large_messages; }, publish_deadline));
  CHECK(answers.published == 0);
  CHECK(answers.unconfirmed > 0);
  CHECK(answers.not_published > 0);
  REQUIRE(wait_until([&] { return proxied.broker->state() != BrokerState::ready; }));
  const auto refused = publish(*proxied.broker, message_with_id("e1"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == PublishError::unavailable);

  proxied.proxy.restore();
  REQUIRE(wait_until([&] { return proxied.broker->state() == BrokerState::ready; }));
  CHECK(publish(*proxied.broker, message_with_id("e2")));
}

TEST_CASE("Closing while a write is blocked ends the write and answers everything", "[rabbitmq]") {
  Answers answers;
  ProxiedBroker proxied;
  proxied.proxy.stall();
  for (std::size_t i = 0; i < large_messages; ++i) answers.publish(*proxied.broker, large_message());
  auto closed = std::async(std::launch::async, [&] { proxied.broker->close(); });
  CHECK(returns(closed));
  CHECK(answers.count() == large_messages);
}

TEST_CASE("A broker that cannot log in since RabbitMQ hangs can be closed", "[rabbitmq]") {
  ProxiedBroker proxied;
  proxied.proxy.stall();
  proxied.proxy.cut();
  REQUIRE(wait_until([&] { return proxied.broker->state() == BrokerState::connecting; }));
  auto closed = std::async(std::launch::async, [&] { proxied.broker->close(); });
  CHECK(returns(closed));
}

TEST_CASE("When connections break again and again, every publish is answered once and nothing confirmed is lost",
          "[rabbitmq]") {
  constexpr std::size_t most = 50'000;
  constexpr std::size_t most_unanswered = 500;
  constexpr std::size_t cuts = 5;
  std::vector<std::atomic<int>> answers(most);
  std::vector<std::atomic<bool>> confirmed(most);
  std::atomic<std::size_t> answered = 0;
  std::atomic<std::size_t> confirms = 0;
  std::atomic<std::size_t> published = 0;
  ProxiedBroker proxied;
  {
    const std::jthread publisher{[&](const std::stop_token& stop) {
      for (std::size_t index = 0; index < most && !stop.stop_requested(); ++index) {
        const auto may_publish = [&] {
          return index - answered < most_unanswered && proxied.broker->state() == BrokerState::ready;
        };
        if (!wait_until(may_publish)) return;
        published = index + 1;
        proxied.broker->publish(message_with_id(std::to_string(index)), {},
                                [&, index](std::expected<void, PublishError> result) {
                                  confirmed[index] = result.has_value();
                                  if (result) ++confirms;
                                  ++answers[index];
                                  ++answered;
                                });
      }
    }};
    for (std::size_t i = 0; i < cuts; ++i) {
      const std::size_t before = confirms;
      REQUIRE(wait_until([&] { return confirms > before + 100; }));
      proxied.proxy.cut();
    }
  }
  REQUIRE(wait_until([&] { return answered == published; }));
  for (std::size_t index = 0; index < published; ++index) CHECK(answers[index] == 1);

  Inbox inbox;
  const auto direct = open_ready(proxied.storage);
  publish_all(*direct, {"marker"});
  inbox.consume_from(*direct, 60'000);
  REQUIRE(wait_until([&] { return std::ranges::count(inbox.event_ids(), "marker") == 1; }));
  const std::vector<std::string> ids = inbox.event_ids();
  const std::set<std::string> delivered{ids.begin(), ids.end()};
  CHECK(ids.size() == delivered.size());
  for (std::size_t index = 0; index < published; ++index) {
    if (confirmed[index]) CHECK(delivered.contains(std::to_string(index)));
  }
}

}  // namespace notifier::testing
