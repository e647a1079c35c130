#include "notifier/broker_topology.hpp"

#include <catch2/catch_test_macros.hpp>

#include "notifier/broker.hpp"

using namespace notifier;
using namespace std::chrono_literals;

TEST_CASE("the usual delays give the queues that other services know") {
  const auto queues = delay_queues_for({1s, 5s, 30s});
  REQUIRE(queues.size() == 3);
  CHECK(queues[0].delay == 1s);
  CHECK(queues[0].name == "delay_queue_1s");
  CHECK(queues[0].routing_key == "retry.1000");
  CHECK(queues[1].name == "delay_queue_5s");
  CHECK(queues[1].routing_key == "retry.5000");
  CHECK(queues[2].name == "delay_queue_30s");
  CHECK(queues[2].routing_key == "retry.30000");
}

TEST_CASE("a delay that is not whole seconds is named in milliseconds") {
  const auto queues = delay_queues_for({1500ms, 50ms, 60s});
  REQUIRE(queues.size() == 3);
  CHECK(queues[0].name == "delay_queue_50ms");
  CHECK(queues[0].routing_key == "retry.50");
  CHECK(queues[1].name == "delay_queue_1500ms");
  CHECK(queues[1].routing_key == "retry.1500");
  CHECK(queues[2].name == "delay_queue_60s");
}

TEST_CASE("delays that repeat share a queue, the shortest comes first") {
  const auto queues = delay_queues_for({30s, 1s, 30s, 1000ms});
  REQUIRE(queues.size() == 2);
  CHECK(queues[0].delay == 1s);
  CHECK(queues[1].delay == 30s);
}

TEST_CASE("no delays need no queues") { CHECK(delay_queues_for({}).empty()); }

TEST_CASE("publish errors and broker states have names") {
  CHECK(to_string(PublishError::unavailable) == "unavailable");
  CHECK(to_string(PublishError::overloaded) == "overloaded");
  CHECK(to_string(PublishError::refused) == "refused");
  CHECK(to_string(PublishError::unconfirmed) == "unconfirmed");
  CHECK(to_string(BrokerState::connecting) == "connecting");
  CHECK(to_string(BrokerState::ready) == "ready");
  CHECK(to_string(BrokerState::blocked) == "blocked");
  CHECK(to_string(BrokerState::closed) == "closed");
}
