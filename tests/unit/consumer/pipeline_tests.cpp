#include "consumer/pipeline.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "notifier/notification_row.hpp"
#include "unit/consumer/pipeline_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;
using namespace std::chrono_literals;

namespace {

const std::vector<Route> three_routes{{.name = "mail", .event_types = {"*"}, .senders = {"mail"}},
                                      {.name = "crm", .event_types = {"*"}, .senders = {"crm"}},
                                      {.name = "audit", .event_types = {"*"}, .senders = {"audit"}}};

void require_delayed(const Published& published, std::chrono::milliseconds delay, std::int64_t not_before) {
  CHECK(published.destination.queue == Destination::Queue::delay);
  CHECK(published.destination.delay == delay);
  CHECK(published.message.not_before == not_before);
}

}  // namespace

TEST_CASE("A death that was overtaken is looked at again later: the other's attempt may be void") {
  PipelineUnderTest under_test;
  under_test.sender.result = PermanentFailure{.error = "no"};
  under_test.repository.verdict = RecordVerdict::overtaken;
  under_test.deliver(PipelineUnderTest::event_message());
  REQUIRE(under_test.broker.published.size() == 2);
  CHECK(under_test.broker.published[0].destination.queue == Destination::Queue::dead_letters);
  CHECK(under_test.broker.published[1].destination.queue == Destination::Queue::delay);
  CHECK(under_test.broker.acknowledged == 1);
}

TEST_CASE("What was sent by one who was overtaken is recorded all the same: there is nothing to look at again") {
  PipelineUnderTest under_test;
  under_test.repository.verdict = RecordVerdict::overtaken;
  under_test.deliver(PipelineUnderTest::event_message());
  CHECK(under_test.broker.published.empty());
  CHECK(under_test.broker.acknowledged == 1);
}

TEST_CASE("A claim of which nothing is known is another's") {
  PipelineUnderTest under_test;
  under_test.repository.answer = {};
  under_test.deliver(PipelineUnderTest::event_message());
  CHECK(under_test.sender.sent.empty());
  REQUIRE(under_test.broker.published.size() == 1);
  require_delayed(under_test.broker.published.front(), 1s, 0);
}

TEST_CASE("A claim that failed is repeated under its token: it may have been made, and is then no other's") {
  PipelineUnderTest test;
  test.repository.failing_claims = 2;
  test.deliver(PipelineUnderTest::event_message("a"));
  test.deliver(PipelineUnderTest::event_message("b"));
  const auto& requested = test.repository.requested;
  REQUIRE(requested.size() == 4);
  REQUIRE(requested[0].token.has_value());
  CHECK(requested[1].token == requested[0].token);
  CHECK(requested[2].token == requested[0].token);
  CHECK(requested[3].token != requested[0].token);
  CHECK(test.sender.sent.size() == 2);
}

TEST_CASE("A route has a deadline and retries of its own, and takes counts of messages by those") {
  const SendingTerms terms{.retry = RetryPolicy{7, {1min, 24h}, 1h, {1s, 5s, 30s}}, .deadline = 15min};
  PipelineUnderTest under_test{three_routes, {{"mail", terms}}};
  under_test.repository.answer.fanned_out = true;
  under_test.repository.answer.attempt_count = 5;
  under_test.sender.result = TransientFailure{.error = "busy"};
  under_test.deliver(PipelineUnderTest::event_message());
  CHECK(under_test.sender.deadlines == std::vector<std::chrono::milliseconds>{15min});
  REQUIRE(under_test.repository.requested.size() == 1);
  CHECK(under_test.repository.requested.front().max_retries == 7);
  REQUIRE(under_test.repository.outcomes.size() == 1);
  CHECK(under_test.repository.outcomes.front().status == NotificationStatus::failed_retrying);
  CHECK(under_test.repository.outcomes.front().next_attempt_in == 24h);
}

TEST_CASE("A message may wait as long as the retries of any route do") {
  const SendingTerms terms{.retry = RetryPolicy{7, {24h}}, .deadline = 1s};
  PipelineUnderTest under_test{three_routes, {{"mail", terms}}};
  Message waiting = PipelineUnderTest::event_message();
  waiting.not_before = SetClock::day + std::chrono::milliseconds{20h}.count();
  under_test.deliver(waiting);
  REQUIRE(under_test.broker.published.size() == 1);
  require_delayed(under_test.broker.published.front(), 30s, waiting.not_before);
}

TEST_CASE("What is left of a wait is not spent on short delays when a longer one ends a moment later") {
  PipelineUnderTest under_test;
  Message waiting = PipelineUnderTest::event_message();
  waiting.not_before = SetClock::day + std::chrono::milliseconds{29'900ms}.count();
  under_test.deliver(waiting);
  REQUIRE(under_test.broker.published.size() == 1);
  require_delayed(under_test.broker.published.front(), 30s, 0);
}

TEST_CASE("A retry that waits as long as a delay names no time, a longer one does") {
  PipelineUnderTest under_test;
  under_test.sender.result = TransientFailure{.error = "busy"};
  under_test.deliver(PipelineUnderTest::event_message());
  under_test.sender.result = TransientFailure{.error = "busy", .retry_after = 42s};
  under_test.deliver(PipelineUnderTest::event_message());
  under_test.sender.result = TransientFailure{.error = "busy", .retry_after = 24h};
  under_test.deliver(PipelineUnderTest::event_message());

  REQUIRE(under_test.broker.published.size() == 3);
  require_delayed(under_test.broker.published[0], 1s, 0);
  require_delayed(under_test.broker.published[1], 30s, SetClock::day + 42'000);
  require_delayed(under_test.broker.published[2], 30s, SetClock::day + 3'600'000);
  CHECK(under_test.broker.published[1].message.attempt == 1U);
  REQUIRE(under_test.repository.outcomes.size() == 3);
  CHECK(under_test.repository.outcomes[0].next_attempt_in == 1s);
  CHECK(under_test.repository.outcomes[1].next_attempt_in == 42s);
  CHECK(under_test.repository.outcomes[2].next_attempt_in == 1h);
  CHECK(under_test.broker.acknowledged == 3);
}

TEST_CASE("What was not attempted is charged no attempt, stays as it was and comes again") {
  const bool overtaken = GENERATE(false, true);
  PipelineUnderTest under_test;
  under_test.repository.answer = {
      .verdict = ClaimVerdict::ours, .attempt_count = 2, .generation = 6, .status = NotificationStatus::failed_retrying};
  under_test.repository.verdict = overtaken ? RecordVerdict::overtaken : RecordVerdict::recorded;
  under_test.sender.result = Deferred{.reason = "spared", .retry_after = 7s};
  Message message = PipelineUnderTest::event_message();
  message.attempt = 2;
  under_test.deliver(message);

  REQUIRE(under_test.broker.published.size() == 1);
  require_delayed(under_test.broker.published.front(), 5s, SetClock::day + 7'000);
  CHECK(under_test.broker.published.front().message.attempt == 2U);
  CHECK(under_test.broker.published.front().message.generation == 7U);
  CHECK(under_test.broker.published.front().message.first_failed_at.empty());
  REQUIRE(under_test.repository.outcomes.size() == 1);
  const Outcome& outcome = under_test.repository.outcomes.front();
  CHECK(outcome.status == NotificationStatus::failed_retrying);
  CHECK_FALSE(outcome.attempted);
  CHECK(outcome.error == "spared");
  CHECK(outcome.next_attempt_in == 7s);
  CHECK(under_test.broker.acknowledged == 1);
}

TEST_CASE("However many attempts were made, what is not attempted is not given up") {
  PipelineUnderTest under_test;
  under_test.repository.answer = {
      .verdict = ClaimVerdict::ours, .attempt_count = 3, .status = NotificationStatus::failed_retrying};
  under_test.sender.result = Deferred{.reason = "spared", .retry_after = 1s};
  Message message = PipelineUnderTest::event_message();
  message.attempt = 3;
  under_test.deliver(message);
  REQUIRE(under_test.broker.published.size() == 1);
  CHECK(under_test.broker.published.front().destination.queue == Destination::Queue::delay);
}

TEST_CASE("A delivery that is not due waits on in the longest delay that is not too long, without claim and send") {
  PipelineUnderTest under_test;
  Message message = PipelineUnderTest::event_message();
  message.attempt = 1;
  message.not_before = SetClock::day + 42'000;
  under_test.deliver(message);
  under_test.clock.passed = 30s;
  under_test.deliver(message);
  under_test.clock.passed = 41'500ms;
  under_test.deliver(message);

  REQUIRE(under_test.broker.published.size() == 3);
  require_delayed(under_test.broker.published[0], 30s, SetClock::day + 42'000);
  require_delayed(under_test.broker.published[1], 5s, SetClock::day + 42'000);
  require_delayed(under_test.broker.published[2], 1s, 0);
  CHECK(under_test.broker.published[1].message.attempt == 1U);
  CHECK(under_test.broker.published[1].message.body == message.body);
  CHECK(under_test.broker.acknowledged == 3);
  CHECK(under_test.repository.calls == 0);
  CHECK(under_test.sender.sent.empty());
}

TEST_CASE("A delivery that is due is attempted, and its time is not passed on") {
  PipelineUnderTest under_test;
  Message message = PipelineUnderTest::event_message();
  message.not_before = SetClock::day;
  under_test.sender.result = TransientFailure{.error = "busy"};
  under_test.deliver(message);
  CHECK(under_test.sender.sent.size() == 1);
  REQUIRE(under_test.broker.published.size() == 1);
  require_delayed(under_test.broker.published.front(), 1s, 0);
}

TEST_CASE("A time that another producer has set far away is brought nearer") {
  PipelineUnderTest under_test;
  Message message = PipelineUnderTest::event_message();
  message.not_before = std::numeric_limits<std::int64_t>::max();
  under_test.deliver(message);
  REQUIRE(under_test.broker.published.size() == 1);
  require_delayed(under_test.broker.published.front(), 30s, SetClock::day + 3'600'000);
}

TEST_CASE("An event with several routes becomes several notifications before the first is sent") {
  PipelineUnderTest under_test{three_routes};
  std::size_t sent_before = 0;
  under_test.broker.on_publish = [&] { sent_before += under_test.sender.sent.size(); };
  Message message = PipelineUnderTest::event_message();
  message.traceparent = "trace";
  under_test.deliver(message);

  REQUIRE(under_test.broker.published.size() == 2);
  CHECK(sent_before == 0);
  for (const Published& further : under_test.broker.published) {
    CHECK(further.destination.queue == Destination::Queue::main);
    CHECK(further.message.attempt == 0U);
    CHECK(further.message.traceparent == "trace");
    CHECK(further.message.event_type == "t");
    CHECK(further.message.generation == 0U);
    CHECK("a/" + further.message.route == further.message.event_id);
  }
  CHECK(under_test.broker.published[0].message.event_id == "a/crm");
  CHECK(under_test.broker.published[1].message.event_id == "a/audit");
  REQUIRE(under_test.sender.sent.size() == 1);
  CHECK(under_test.sender.sent.front().event.id == "a");
  CHECK(under_test.broker.acknowledged == 1);
}

TEST_CASE("A notification of a fan-out leads to no further ones") {
  PipelineUnderTest under_test{three_routes};
  under_test.deliver(PipelineUnderTest::event_message("a/crm"));
  CHECK(under_test.broker.published.empty());
  CHECK(under_test.sender.sent.size() == 1);
}

TEST_CASE("An event whose outcome was recorded, that is done or another's does not fan out again") {
  PipelineUnderTest under_test{three_routes};
  SECTION("an outcome is there") { under_test.repository.answer.fanned_out = true; }
  SECTION("done") { under_test.repository.answer.verdict = ClaimVerdict::done; }
  SECTION("stale") { under_test.repository.answer.verdict = ClaimVerdict::stale; }
  under_test.deliver(PipelineUnderTest::event_message());
  CHECK(under_test.broker.published.empty());
  CHECK(under_test.broker.acknowledged == 1);
}

TEST_CASE("An event fans out through a delay queue when the main queue is full, which empties only when events go on") {
  PipelineUnderTest under_test{three_routes};
  under_test.broker.main_queue_is_full = true;
  under_test.deliver(PipelineUnderTest::event_message());
  REQUIRE(under_test.broker.published.size() == 2);
  for (const Published& further : under_test.broker.published) require_delayed(further, 1s, 0);
  CHECK(under_test.sender.sent.size() == 1);
  CHECK(under_test.broker.acknowledged == 1);
}

TEST_CASE("An event that no route takes is a dead letter without an attempt, so that its replay fans out") {
  PipelineUnderTest under_test{{{.name = "mail", .event_types = {"user_*"}, .senders = {"mail"}}}};
  under_test.deliver(PipelineUnderTest::event_message());
  REQUIRE(under_test.broker.published.size() == 1);
  CHECK(under_test.broker.published.front().destination.queue == Destination::Queue::dead_letters);
  REQUIRE(under_test.repository.outcomes.size() == 1);
  CHECK(under_test.repository.outcomes.front().error == "no route takes events of type t");
  CHECK_FALSE(under_test.repository.outcomes.front().attempted);
  CHECK(under_test.sender.sent.empty());
}

TEST_CASE("A consumer that is held up while an event fans out claims again before it sends") {
  PipelineUnderTest under_test{three_routes};
  under_test.broker.on_publish = [&] { under_test.clock.passed += 6s; };
  under_test.deliver(PipelineUnderTest::event_message());
  CHECK(under_test.repository.calls == 2);
  CHECK(under_test.broker.published.size() == 2);
  CHECK(under_test.sender.sent.size() == 1);
}

TEST_CASE("A notification stays with the route of its row, and dies with it") {
  PipelineUnderTest under_test{three_routes};
  under_test.repository.answer.fanned_out = true;
  SECTION("there") {
    under_test.repository.answer.route = "crm";
    under_test.deliver(PipelineUnderTest::event_message());
    REQUIRE(under_test.sender.sent.size() == 1);
    CHECK(under_test.sender.sent.front().route == "crm");
  }
  SECTION("gone") {
    under_test.repository.answer.route = "pager";
    under_test.deliver(PipelineUnderTest::event_message());
    CHECK(under_test.sender.sent.empty());
    REQUIRE(under_test.broker.published.size() == 1);
    CHECK(under_test.broker.published.front().message.dead_letter->reason == "route_gone");
    REQUIRE(under_test.repository.outcomes.size() == 1);
    CHECK_FALSE(under_test.repository.outcomes.front().attempted);
  }
}

TEST_CASE("A notification whose claims lapsed is attempted alone, and given up when it ends its consumer alone") {
  PipelineUnderTest under_test;
  SECTION("a suspect") {
    under_test.repository.answer.lapsed_claims = suspect_lapses;
    under_test.deliver(PipelineUnderTest::event_message());
    REQUIRE(under_test.repository.requested.size() == 2);
    CHECK_FALSE(under_test.repository.requested[0].alone);
    CHECK(under_test.repository.requested[1].alone);
    CHECK(under_test.repository.requested[1].held == under_test.repository.requested[0].token);
    CHECK(under_test.sender.sent.size() == 1);
  }
  SECTION("a convict") {
    under_test.repository.answer.lapsed_claims = suspect_lapses + 5;
    under_test.deliver(PipelineUnderTest::event_message());
    CHECK(under_test.sender.sent.empty());
    REQUIRE(under_test.broker.published.size() == 1);
    CHECK(under_test.broker.published.front().message.dead_letter->reason == "kills_consumers");
    REQUIRE(under_test.repository.outcomes.size() == 1);
    CHECK(under_test.repository.outcomes.front().attempted);
  }
}

TEST_CASE("A row whose payload is no event any more is given up, once, and not swept again forever") {
  PipelineUnderTest under_test{three_routes};
  Message message;
  message.event_id = "a";
  message.body = event_message_body("a", "t", "2023-10-27", R"({"userId":"u"})");
  message.fingerprint = sha256("of its row");
  SECTION("that there is not") {
    under_test.deliver(message);
    CHECK(under_test.repository.requested.empty());
    REQUIRE(under_test.broker.published.size() == 1);
    CHECK(under_test.broker.published.front().message.dead_letter->reason == "invalid_event");
    return;
  }
  under_test.repository.has_row = true;
  under_test.deliver(message);
  REQUIRE(under_test.repository.requested.size() == 1);
  CHECK(under_test.repository.requested.front().event.fingerprint == sha256("of its row"));
  REQUIRE(under_test.broker.published.size() == 1);
  CHECK(under_test.broker.published.front().message.dead_letter->reason == "failed_for_good");
  REQUIRE(under_test.repository.outcomes.size() == 1);
  CHECK_FALSE(under_test.repository.outcomes.front().attempted);
  CHECK(under_test.sender.sent.empty());
}
