#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "fault/kit/load.hpp"
#include "fault/links/linked_notifier.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

using namespace std::string_literals;

constexpr std::size_t some_events = 100;

/// In the body of each event's message, and nowhere else.
const std::string body = "user_signup";

/// The method `basic.ack`: class 60, method 80.
const std::string ack = "\x00\x3c\x00\x50"s;

/// The method `basic.publish`: class 60, method 40, a field that nobody uses, and the exchange's name.
const std::string publish_to_default_exchange = "\x00\x3c\x00\x28\x00\x00\x00"s;
const std::string publish_of_retry = publish_to_default_exchange.substr(0, 6) + "\x0e"s + "retry_exchange";
const std::string publish_of_dead_letter = publish_to_default_exchange + "\x1e"s + "notification_dead_letter_queue";

struct Cut {
  std::string phase;
  std::function<TcpProxy&(LinkedNotifier&)> link;
  std::function<void(TcpProxy&)> set;
};

TcpProxy& api_link(LinkedNotifier& notifier) { return notifier.api_to_rabbitmq; }
TcpProxy& consumer_link(LinkedNotifier& notifier) { return notifier.consume_to_rabbitmq; }

auto before(const std::string& text, Direction direction = Direction::to_server) {
  return [=](TcpProxy& link) { link.cut_before(text, direction); };
}

auto after(const std::string& text) {
  return [=](TcpProxy& link) { link.cut_answer_to(text); };
}

}  // namespace

TEST_CASE("A link to the broker that is cut in any phase costs nothing that was accepted, and nothing is sent again") {
  const auto cut = GENERATE_COPY(Cut{"middle of a publish", api_link, before(body)},           //
                                 Cut{"publish", api_link, after(body)},                        //
                                 Cut{"confirm", api_link, before(ack, Direction::to_client)},  //
                                 Cut{"middle of a delivery", consumer_link, before(body, Direction::to_client)},
                                 Cut{"before an ack", consumer_link, before(ack)},  //
                                 Cut{"after an ack", consumer_link, after(ack)},
                                 Cut{"before a retry", consumer_link, before(publish_of_retry)},
                                 Cut{"retry", consumer_link, after(publish_of_retry)},
                                 Cut{"before a dead letter", consumer_link, before(publish_of_dead_letter)},
                                 Cut{"dead letter", consumer_link, after(publish_of_dead_letter)});
  INFO(cut.phase);
  LinkedNotifier notifier{{{"MOCK_LATENCY", "20ms"}}};
  Load load{notifier.api_port(), {.failing_of_hundred = 10}};
  for (int round = 0; round < 3; ++round) {
    REQUIRE(load.await_accepted(some_events));
    cut.set(cut.link(notifier));
    REQUIRE(wait_until([&] { return cut.link(notifier).has_struck(); }));
    notifier.await_ready();
  }
  REQUIRE(load.await_accepted(some_events));
  notifier.check_account(load.stop());
}

TEST_CASE("A login that is cut at each of its steps is tried again") {
  const std::string step =
      GENERATE("AMQP"s, "PLAIN"s, "\x00\x0a\x00\x1f"s /* tune-ok */, "\x00\x0a\x00\x28"s /* open */,
               "\x00\x14\x00\x0a"s /* channel.open */, "delay_queue_200ms"s, "\x00\x55\x00\x0a"s /* confirm.select */);
  LinkedNotifier notifier;
  for (TcpProxy* const link : {&notifier.api_to_rabbitmq, &notifier.consume_to_rabbitmq}) {
    link->cut_answer_to(step);
    link->cut();
    REQUIRE(wait_until([&] { return link->has_struck(); }));
    link->cut_before(step);
    REQUIRE(wait_until([&] { return link->has_struck(); }));
  }
  notifier.await_ready();
  Load load{notifier.api_port()};
  REQUIRE(load.await_accepted(some_events));
  notifier.check_account(load.stop());
}

TEST_CASE("#14 A link to the database that is cut around a statement leads to no second send and a right row") {
  const std::string statement = GENERATE("INSERT INTO notifications (", "UPDATE notifications SET status = 'SENT'",
                                         "START TRANSACTION", "INSERT IGNORE INTO notification_attempts", "COMMIT");
  const bool is_sent = GENERATE(true, false);
  INFO(statement);
  LinkedNotifier notifier{{{"MOCK_LATENCY", "20ms"}}};
  Load load{notifier.api_port(), {.failing_of_hundred = 10}};
  for (int round = 0; round < 3; ++round) {
    REQUIRE(load.await_accepted(some_events));
    is_sent ? notifier.consume_to_mysql.cut_answer_to(statement) : notifier.consume_to_mysql.cut_before(statement);
    REQUIRE(wait_until([&] { return notifier.consume_to_mysql.has_struck(); }));
  }
  notifier.check_account(load.stop());
}
