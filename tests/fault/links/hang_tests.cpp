#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "fault/kit/load.hpp"
#include "fault/links/linked_notifier.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

// Links that hang: sockets stay open and nothing comes.

namespace {

constexpr std::size_t events_before_hang = 200;

enum class Hang { stalled, silent, answers_lost };

void hang(TcpProxy& link, Hang how) {
  switch (how) {
    case Hang::stalled:
      return link.stall();
    case Hang::silent:
      return link.fall_silent();
    case Hang::answers_lost:
      return link.lose_answers();
  }
}

void hang_and_recover(Hang how, const LoadSettings& settings, std::size_t events) {
  LinkedNotifier notifier{{{"MOCK_LATENCY", "20ms"}}};
  Load load{notifier.api_port(), settings};
  REQUIRE(load.await_accepted(events));
  hang(notifier.api_to_rabbitmq, how);
  hang(notifier.consume_to_rabbitmq, how);
  notifier.await_api_not_ready();
  notifier.await_consumer_not_ready();
  notifier.api_to_rabbitmq.restore();
  notifier.consume_to_rabbitmq.restore();
  notifier.await_ready();
  REQUIRE(load.await_accepted(events));
  notifier.check_account(load.stop());
}

}  // namespace

TEST_CASE("#3 A lost confirm is a 503, and the repeated request leads to one send") {
  LinkedNotifier notifier;
  const std::map<std::string, std::string> key{{"Idempotency-Key", "once"}};
  notifier.api_to_rabbitmq.lose_answers();
  const HttpAnswer unconfirmed = ingest(notifier.api_port(), event_body(), key);
  CHECK(unconfirmed.status == 503);
  notifier.api_to_rabbitmq.restore();
  Ledger ledger;
  ledger.accepted.insert(accepted_event_id(notifier.api_port(), event_body(), key));
  notifier.check_account(ledger);
  CHECK(notifier.servers().sends().size() == 1);
}

TEST_CASE("#7 #8 A link to the broker that hangs under load is noticed, and all goes on when it is whole again") {
  hang_and_recover(GENERATE(Hang::stalled, Hang::silent, Hang::answers_lost),
                   {.events_per_second = 200, .failing_of_hundred = 5}, events_before_hang);
}

TEST_CASE("#7 #8 A link to the broker that hangs while there is little to do is noticed too") {
  hang_and_recover(GENERATE(Hang::stalled, Hang::silent, Hang::answers_lost), {.events_per_second = 1}, 2);
}

TEST_CASE("#8 A link to the database that hangs is noticed, and all goes on when it is whole again") {
  const Hang how = GENERATE(Hang::stalled, Hang::silent, Hang::answers_lost);
  LinkedNotifier notifier{{{"MOCK_LATENCY", "20ms"}}};
  Load load{notifier.api_port(), {.events_per_second = 200, .failing_of_hundred = 5}};
  REQUIRE(load.await_accepted(events_before_hang));
  hang(notifier.consume_to_mysql, how);
  notifier.await_consumer_not_ready();
  REQUIRE(load.await_accepted(events_before_hang));
  notifier.consume_to_mysql.restore();
  notifier.await_ready();
  REQUIRE(load.await_accepted(events_before_hang));
  notifier.check_account(load.stop());
}
