#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <utility>
#include <vector>

#include "consumer/deliveries_under_way.hpp"
#include "consumer/waiting_deliveries.hpp"
#include "unit/consumer/pipeline_under_test.hpp"

// What the broker hands out again and again although nobody attempted it.

using namespace notifier;
using namespace notifier::testing;
using namespace std::chrono_literals;

namespace {

Delivery delivery_by(std::uint64_t connection) {
  return {.tag = {.connection = connection, .number = 1}, .message = {}, .delivery_count = 0, .room = {}};
}

Message renewed_message(unsigned renewals, unsigned begun_alone = 0) {
  Message message = PipelineUnderTest::event_message();
  message.event_id = "a";
  message.renewals = renewals;
  message.begun_alone = begun_alone;
  return message;
}

/// Delivers as the broker does after so many connections were lost.
void deliver_after_losses(PipelineUnderTest& under_test, unsigned losses, const Message& message,
                          unsigned delivery_count = 0) {
  for (; losses > 0; --losses) {
    under_test.deliver(PipelineUnderTest::event_message("other"), 0, under_test.broker.connection);
    ++under_test.broker.connection;
  }
  under_test.broker.published.clear();
  under_test.broker.acknowledged = 0;
  under_test.repository.calls = 0;
  under_test.sender.sent.clear();
  under_test.deliver(message, delivery_count, under_test.broker.connection);
}

using Place = DeliveriesUnderWay::Place;
using Answers = std::vector<std::pair<Place, bool>>;

/// Deliveries that ask to be alone, and what they were answered.
class UnderWayUnderTest {
 public:
  explicit UnderWayUnderTest(unsigned most) : most_{most} {}

  [[nodiscard]] Place begin() {
    REQUIRE(admits_another());
    return under_way_.begun();
  }
  void be_alone(Place place) {
    boost::asio::co_spawn(context_, ask(place), boost::asio::detached);
    turn();
  }
  void end(Place place) {
    under_way_.ended(place);
    turn();
  }
  void let_standstill_pass() {
    REQUIRE(clock.end_next_wait());
    turn();
  }
  [[nodiscard]] bool admits_another() const { return under_way_.admit_another(); }

  Answers answers;
  unsigned cut_short = 0;

 private:
  boost::asio::awaitable<void> ask(Place place) {
    const bool alone = co_await under_way_.alone(place);
    answers.emplace_back(place, alone);
  }
  void turn() {
    context_.restart();
    context_.poll();
  }

  unsigned most_;
  boost::asio::io_context context_{1};

 public:
  SetClock clock{context_.get_executor()};

 private:
  DeliveriesUnderWay under_way_{context_.get_executor(), clock, most_, [this] { ++cut_short; }};
};

}  // namespace

TEST_CASE("Waiting deliveries of a connection that is gone are forgotten when another one delivers") {
  RecordingBroker broker;
  WaitingDeliveries waiting{broker};
  waiting.add({delivery_by(1), delivery_by(1)});
  broker.connection = 2;
  waiting.add({delivery_by(2)});
  REQUIRE(waiting.next());
  CHECK(waiting.empty());
}

TEST_CASE("What came by a connection that is gone is neither begun nor published anew") {
  PipelineUnderTest under_test;
  under_test.broker.connection = 2;
  under_test.deliver(PipelineUnderTest::event_message());
  under_test.deliver(PipelineUnderTest::event_message(), 15);
  CHECK(under_test.repository.calls == 0);
  CHECK(under_test.broker.published.empty());
}

TEST_CASE("A delivery that loses its connection before it is postponed leaves no copy") {
  PipelineUnderTest under_test;
  under_test.repository.answer.verdict = ClaimVerdict::claimed_elsewhere;
  under_test.repository.on_claim = [&] { under_test.broker.connection = 2; };
  under_test.deliver(PipelineUnderTest::event_message());
  CHECK(under_test.repository.calls == 1);
  CHECK(under_test.broker.published.empty());
}

TEST_CASE("A delivery that came too often is published anew, as it was and unattempted") {
  PipelineUnderTest under_test;
  Message message = renewed_message(4, 1);
  message.attempt = 2;
  message.generation = 3;
  message.route = "mail";
  message.traceparent = "trace";
  message.not_before = SetClock::day + 60'000;
  message.first_failed_at = "2026-01-31T12:00:00.123Z";
  message.dead_letter = DeadLetter{.reason = "r", .last_error = "e"};
  under_test.deliver(message, deliveries_before_renewal);

  REQUIRE(under_test.broker.published.size() == 1);
  const auto& [renewed, destination] = under_test.broker.published.front();
  CHECK(destination.queue == Destination::Queue::main);
  CHECK(renewed.renewals == 5);
  CHECK(renewed.begun_alone == 1);
  CHECK(renewed.body == message.body);
  CHECK(renewed.attempt == message.attempt);
  CHECK(renewed.generation == message.generation);
  CHECK(renewed.route == message.route);
  CHECK(renewed.traceparent == message.traceparent);
  CHECK(renewed.not_before == message.not_before);
  CHECK(renewed.first_failed_at == message.first_failed_at);
  CHECK(renewed.dead_letter.has_value());
  CHECK(under_test.broker.acknowledged == 1);
  CHECK(under_test.repository.calls == 0);
}

TEST_CASE("A delivery that came less often is attempted") {
  PipelineUnderTest under_test;
  under_test.deliver(renewed_message(1), deliveries_before_renewal - 1);
  CHECK(under_test.broker.published.empty());
  CHECK(under_test.sender.sent.size() == 1);
}

TEST_CASE("While the main queue is full, a delivery is published anew to the shortest delay") {
  PipelineUnderTest under_test;
  under_test.broker.main_queue_is_full = true;
  under_test.deliver(renewed_message(0), deliveries_before_renewal);
  REQUIRE(under_test.broker.published.size() == 1);
  CHECK(under_test.broker.published.front().destination.delay == 1s);
  CHECK(under_test.broker.acknowledged == 1);
}

TEST_CASE("A message that was published anew again leaves a copy with a count before it is attempted") {
  PipelineUnderTest under_test;
  under_test.deliver(renewed_message(2));
  REQUIRE(under_test.broker.published.size() == 1);
  const Published copy = under_test.broker.published.front();
  CHECK(copy.destination.queue == Destination::Queue::delay);
  CHECK(copy.message.begun_alone == 1);
  CHECK(under_test.sender.sent.size() == 1);
  CHECK(under_test.repository.outcomes.size() == 1);

  SECTION("the process that has dealt with it drops the copy") {
    under_test.deliver(copy.message);
    CHECK(under_test.repository.calls == 1);
    CHECK(under_test.broker.published.size() == 1);
  }
  SECTION("what was claimed by another process is no suspect any more: its row counts") {
    PipelineUnderTest other;
    other.repository.has_row = true;
    other.repository.answer.verdict = ClaimVerdict::done;
    other.deliver(copy.message);
    CHECK(other.repository.calls == 1);
    CHECK(other.broker.published.empty());
    CHECK(other.broker.acknowledged == 1);
  }
}

TEST_CASE("A process that has outlived two lost connections takes what was published anew for what it is to others") {
  PipelineUnderTest under_test;

  SECTION("it is begun without a copy") {
    deliver_after_losses(under_test, 2, renewed_message(2));
    CHECK(under_test.broker.published.empty());
    CHECK(under_test.sender.sent.size() == 1);
  }
  SECTION("one lost connection says nothing") {
    deliver_after_losses(under_test, 1, renewed_message(2));
    CHECK(under_test.broker.published.size() == 1);
  }
  SECTION("publishing it anew does not count") {
    deliver_after_losses(under_test, 2, renewed_message(1), deliveries_before_renewal);
    REQUIRE(under_test.broker.published.size() == 1);
    CHECK(under_test.broker.published.front().message.renewals == 1);
  }
  SECTION("what has ended a process alone is begun alone again") {
    deliver_after_losses(under_test, 2, renewed_message(2, 1));
    REQUIRE(under_test.broker.published.size() == 1);
    CHECK(under_test.broker.published.front().message.begun_alone == 2);
  }
  SECTION("what was claimed meanwhile is not") {
    under_test.repository.has_row = true;
    deliver_after_losses(under_test, 2, renewed_message(2, 1));
    CHECK(under_test.broker.published.empty());
    CHECK(under_test.sender.sent.size() == 1);
  }
}

TEST_CASE("Of several copies that the process has dealt with alone, it drops as many") {
  PipelineUnderTest under_test;
  Message unreadable = renewed_message(2);
  unreadable.body = "no event";
  under_test.deliver(unreadable);
  under_test.deliver(unreadable);
  unreadable.begun_alone = 1;
  const auto published = under_test.broker.published.size();
  under_test.deliver(unreadable);
  under_test.deliver(unreadable);
  CHECK(under_test.broker.published.size() == published);
  CHECK(under_test.broker.acknowledged == 6);
}

TEST_CASE("A suspect that is not due waits without being counted") {
  PipelineUnderTest under_test;
  Message message = renewed_message(2, 4);
  message.not_before = SetClock::day + 30'000;
  under_test.deliver(message);
  REQUIRE(under_test.broker.published.size() == 1);
  CHECK(under_test.broker.published.front().message.begun_alone == 4);
}

TEST_CASE("What ended its process five times while it was alone is given up in words") {
  PipelineUnderTest under_test;
  under_test.deliver(renewed_message(2, 5));
  REQUIRE(under_test.broker.published.size() == 1);
  const auto& [dead, destination] = under_test.broker.published.front();
  CHECK(destination.queue == Destination::Queue::dead_letters);
  REQUIRE(dead.dead_letter.has_value());
  CHECK(dead.dead_letter->reason == "kills_consumers");
  CHECK(dead.dead_letter->last_error.find("5 times") != std::string::npos);
  CHECK(dead.renewals == 0);
  CHECK(dead.begun_alone == 0);
  CHECK(under_test.repository.calls == 0);
  CHECK(under_test.broker.acknowledged == 1);
}

TEST_CASE("A delivery is alone when all others have ended, and no other begins before it has ended") {
  UnderWayUnderTest under_test{3};
  const auto first = under_test.begin();
  const auto second = under_test.begin();
  const auto third = under_test.begin();
  under_test.be_alone(first);
  under_test.be_alone(second);
  CHECK(under_test.answers.empty());
  CHECK_FALSE(under_test.admits_another());

  under_test.end(third);
  under_test.be_alone(first);
  CHECK(under_test.answers == Answers{{first, true}, {first, true}});
  CHECK_FALSE(under_test.admits_another());

  under_test.end(first);
  CHECK(under_test.answers == Answers{{first, true}, {first, true}, {second, true}});
  CHECK_FALSE(under_test.admits_another());

  under_test.end(second);
  CHECK(under_test.admits_another());
}

TEST_CASE("A delivery that waits too long to be alone is refused, and for a while none waits") {
  UnderWayUnderTest under_test{3};
  const auto endless = under_test.begin();
  const auto suspect = under_test.begin();
  const auto other_suspect = under_test.begin();
  under_test.be_alone(suspect);
  under_test.be_alone(other_suspect);
  under_test.let_standstill_pass();
  CHECK(under_test.answers == Answers{{suspect, false}, {other_suspect, false}});
  CHECK(under_test.cut_short == 1);
  under_test.end(suspect);
  CHECK(under_test.admits_another());

  under_test.answers.clear();
  under_test.be_alone(other_suspect);
  CHECK(under_test.answers == Answers{{other_suspect, false}});
  CHECK(under_test.admits_another());

  under_test.answers.clear();
  SECTION("until later") {
    under_test.clock.passed += DeliveriesUnderWay::between_standstills;
    under_test.be_alone(other_suspect);
    CHECK(under_test.answers.empty());
    CHECK_FALSE(under_test.admits_another());
  }
  SECTION("unless it is alone already") {
    under_test.end(endless);
    under_test.be_alone(other_suspect);
    CHECK(under_test.answers == Answers{{other_suspect, true}});
  }
}

TEST_CASE("A delivery that is alone for too long is so no more, and its end ends nothing of another's") {
  UnderWayUnderTest under_test{2};
  const auto endless = under_test.begin();
  under_test.be_alone(endless);
  CHECK_FALSE(under_test.admits_another());
  under_test.let_standstill_pass();
  CHECK(under_test.cut_short == 1);
  CHECK(under_test.admits_another());

  under_test.clock.passed += DeliveriesUnderWay::between_standstills;
  const auto next = under_test.begin();
  under_test.be_alone(next);
  under_test.be_alone(endless);
  under_test.end(endless);
  CHECK(under_test.answers == Answers{{endless, true}, {next, true}});
  CHECK_FALSE(under_test.admits_another());
}

TEST_CASE("A standstill that ended in time cuts no later one short") {
  UnderWayUnderTest under_test{2};
  const auto first = under_test.begin();
  under_test.be_alone(first);
  under_test.end(first);
  const auto second = under_test.begin();
  under_test.be_alone(second);
  under_test.let_standstill_pass();
  CHECK(under_test.cut_short == 0);
  CHECK_FALSE(under_test.admits_another());
}

TEST_CASE("A suspect that cannot be alone is looked at again later, and the others go on") {
  PipelineUnderTest under_test;
  under_test.sender.hangs = true;
  under_test.deliver(PipelineUnderTest::event_message("hanging"));
  under_test.sender.hangs = false;
  Message suspect = PipelineUnderTest::event_message("suspect");
  SECTION("that was published anew too often") {
    suspect.renewals = suspect_renewals;
    under_test.deliver(suspect);
    CHECK(under_test.repository.requested.size() == 1);
  }
  SECTION("whose claims lapsed") {
    under_test.repository.answer.lapsed_claims = suspect_lapses;
    under_test.deliver(suspect);
    CHECK(under_test.repository.outcomes.empty());
  }
  REQUIRE(under_test.broker.published.size() == 1);
  const auto& [later, destination] = under_test.broker.published.front();
  CHECK(later.renewals == suspect.renewals);
  CHECK(later.begun_alone == 0);
  CHECK(destination.delay == std::chrono::seconds{30});
  CHECK(later.not_before == SetClock::day + std::chrono::milliseconds{std::chrono::minutes{5}}.count());
  CHECK(under_test.broker.acknowledged == 1);

  under_test.repository.answer.lapsed_claims = 0;
  under_test.deliver(PipelineUnderTest::event_message("next"));
  CHECK(under_test.sender.sent.size() == 2);
  CHECK(under_test.broker.acknowledged == 2);
}
