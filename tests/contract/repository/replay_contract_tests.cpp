#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>
#include <vector>

#include "contract/repository/dead_letter_fixture.hpp"
#include "support/wait_until.hpp"

// What every database promises of replays, to operators and to the process that carries them out.

namespace notifier::testing {

TEMPLATE_LIST_TEST_CASE("A notification that is replayed is queued with a new round of retries, and keeps its history",
                        "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const std::uint64_t dead_letter = letters.only_id();
  const std::uint64_t replay = letters.start_replay();
  CHECK(letters.find("e1").status == NotificationStatus::failed_dlq);
  const auto running = must(letters.work->running_replays());
  REQUIRE(running.size() == 1);
  CHECK(running.front().id == replay);

  const auto published = letters.carry_out(replay);
  REQUIRE(published.size() == 1);
  CHECK(published.front().dead_letter_id == dead_letter);
  CHECK(published.front().message.event_id == "e1");
  CHECK(published.front().message.attempt == 1);
  CHECK(published.front().message.traceparent == "00-ab-cd-01");
  CHECK_FALSE(published.front().message.dead_letter.has_value());
  CHECK(parse_queued_event(published.front().message.body)->event.fingerprint == event_with("e1").fingerprint);
  CHECK(letters.find("e1").status == NotificationStatus::queued);
  CHECK(letters.record_of(dead_letter).summary.state == DeadLetterState::replayed);
  CHECK(letters.record_of(dead_letter).closed_by == "tester");

  ClaimToken token;
  const ClaimAnswer answer = letters.claim_one(request_for("e1", 1), token);
  CHECK(answer.verdict == ClaimVerdict::ours);
  CHECK(answer.attempt_count == 1);
  CHECK(answer.retries_from == 1);
  CHECK(letters.record("e1", token, NotificationStatus::sent) == RecordVerdict::recorded);

  const ReplayRecord record = letters.replay(replay);
  CHECK(record.state == ReplayState::done);
  CHECK(record.total == 1);
  CHECK(record.replayed == 1);
  CHECK(record.sent == 1);
  CHECK(record.dead_again == 0);
  CHECK(record.requested_by == "tester");
  CHECK_FALSE(record.ended_at.empty());
  CHECK(must(letters.work->running_replays()).empty());
  CHECK(letters.find("e1").attempts.size() == 2);
  CHECK(letters.find("e1").attempts_before_replay == 1);
  CHECK(letters.record_of(dead_letter).attempts_before_replay == 1);
  CHECK_FALSE(letters.find("e1").death.has_value());
}

TEMPLATE_LIST_TEST_CASE("One that dies again after its replay is the same dead letter, and can be replayed again",
                        "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const std::uint64_t id = letters.only_id();
  const std::uint64_t first = letters.start_replay();
  letters.carry_out(first);
  letters.die("e1", "still full");
  CHECK(letters.only_id() == id);
  CHECK(letters.record_of(id).summary.deaths == 2);
  CHECK(letters.record_of(id).summary.error == "still full");
  CHECK(letters.replay(first).dead_again == 1);
  REQUIRE(letters.find("e1").death.has_value());
  CHECK(letters.find("e1").death->dead_letter_id == id);
  CHECK(letters.find("e1").death->state == DeadLetterState::dead);
  CHECK(letters.carry_out(letters.start_replay()).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("However often a replay is asked for, a dead letter is replayed once", "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  letters.die("e2");
  const std::uint64_t one = letters.start_replay();
  const std::uint64_t other = letters.start_replay();
  CHECK(letters.carry_out(one).size() == 2);
  CHECK(letters.carry_out(other).empty());
  CHECK(letters.replay(other).state == ReplayState::done);
  CHECK(letters.replay(other).skipped == 2);
  const auto items = must(letters.letters->replay_items(other, 0, 10));
  REQUIRE(items.size() == 2);
  CHECK(items.front().result == "SKIPPED");
  CHECK(must(letters.letters->replay_items(other, items.front().dead_letter_id, 10)).size() == 1);
  CHECK(must(letters.letters->replay_items(other, 0, 1)).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("A replay is of what was dead when it was asked for", "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  letters.die("e2");
  const std::uint64_t late = letters.start_replay();
  letters.die("e3");
  letters.carry_out(letters.start_replay(DeadLetterChoice{std::vector{letters.list().back().id}}));
  letters.die("e1", "again");
  const auto published = letters.carry_out(late);
  REQUIRE(published.size() == 1);
  CHECK(published.front().message.event_id == "e2");
  CHECK(letters.replay(late).skipped == 1);
}

TEMPLATE_LIST_TEST_CASE("What a process took and did not finish is taken again, and by the sweeper too", "[replay]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  letters.die("e2");
  const std::uint64_t replay = letters.start_replay();
  const auto left_behind = must(letters.work->take_due(replay, 1));
  REQUIRE(left_behind.size() == 1);
  CHECK(letters.replay(replay).pending == 2);
  const auto stuck = must(letters.repository->take_stuck(no_time, 10));
  REQUIRE(stuck.size() == 1);
  CHECK(stuck.front().event_id == left_behind.front().message.event_id);

  const auto again = must(letters.work->take_due(replay, 10));
  REQUIRE(again.size() == 2);
  CHECK(again.front().dead_letter_id == left_behind.front().dead_letter_id);
  must(letters.work->finish(replay, again));
  CHECK(letters.replay(replay).state == ReplayState::done);
  CHECK(letters.replay(replay).replayed == 2);
}

TEMPLATE_LIST_TEST_CASE("Of large dead letters, and of large notifications that are stuck, some megabytes are taken at once",
                        "[replay]", EveryRepository) {
  constexpr std::size_t count = 30;
  constexpr std::size_t size = 200UL * 1024;
  DeadLettered<TestType> letters;
  for (std::size_t i = 0; i < count; ++i) letters.die_of_size("e" + std::to_string(i), size);

  const std::uint64_t replay = letters.start_replay();
  std::size_t replayed = 0;
  for (auto due = must(letters.work->take_due(replay, 1000)); !due.empty();
       due = must(letters.work->take_due(replay, 1000))) {
    CHECK(due.size() * size < most_bytes_taken + size);
    replayed += due.size();
    must(letters.work->finish(replay, due));
  }
  CHECK(replayed == count);

  std::set<std::string> stuck;
  CHECK(wait_until([&] {
    const auto taken = must(letters.repository->take_stuck(no_time, 1000));
    CHECK(taken.size() * size < most_bytes_taken + size);
    for (const StuckNotification& notification : taken) {
      if (notification.payload.size() > size) stuck.insert(notification.event_id);
    }
    return stuck.size() == count;
  }));
}

TEMPLATE_LIST_TEST_CASE("Of a replay that is cancelled, what was taken is finished and the rest stays dead", "[replay]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  letters.die("e2");
  const std::uint64_t replay = letters.start_replay();
  const auto taken = must(letters.work->take_due(replay, 1));
  CHECK(must(letters.letters->cancel_replay(replay)));
  CHECK_FALSE(must(letters.letters->cancel_replay(replay)));
  CHECK_FALSE(must(letters.letters->cancel_replay(999'999)));
  CHECK(must(letters.work->running_replays()).size() == 1);
  CHECK(must(letters.work->take_due(replay, 10)).size() == 1);
  must(letters.work->finish(replay, taken));
  CHECK(must(letters.work->running_replays()).empty());
  CHECK(letters.replay(replay).state == ReplayState::cancelled);
  CHECK(letters.replay(replay).replayed == 1);
  CHECK(letters.replay(replay).cancelled == 1);
  CHECK(letters.list().size() == 1);
}

TEMPLATE_LIST_TEST_CASE("A replay of nothing has ended when it is carried out", "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  const std::uint64_t replay = letters.start_replay();
  CHECK(letters.replay(replay).total == 0);
  CHECK(letters.carry_out(replay).empty());
  CHECK(letters.replay(replay).state == ReplayState::done);
  CHECK_FALSE(must(letters.letters->find_replay(999'999)).has_value());
}

TEMPLATE_LIST_TEST_CASE("A message of which only the beginning was kept is not replayed", "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.record_message(dead_message(std::string(max_dead_letter_body_bytes + 1, 'x')));
  const std::uint64_t replay = letters.start_replay();
  CHECK(letters.carry_out(replay).empty());
  CHECK(letters.replay(replay).skipped == 1);
  CHECK(letters.list().size() == 1);
}

TEMPLATE_LIST_TEST_CASE("A dead letter whose event was sent meanwhile is not replayed", "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.record_message(buried(event_with("e1")));
  letters.record_message(buried(event_with("e1", R"(,"other":1)"), "payload_mismatch"));
  letters.attempt(request_for("e1"), NotificationStatus::sent);
  const std::uint64_t replay = letters.start_replay();
  const auto published = letters.carry_out(replay);
  REQUIRE(published.size() == 1);
  CHECK(published.front().message.body.contains("other"));
  CHECK(letters.replay(replay).skipped == 1);
  for (const DeadLetterSummary& letter : letters.list()) CHECK(letter.state != DeadLetterState::dead);
}

TEMPLATE_LIST_TEST_CASE("A copy from before its replay is stale, also when no attempt was made before", "[replay]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const auto published = letters.carry_out(letters.start_replay());
  REQUIRE(published.size() == 1);
  const Message& message = published.front().message;
  REQUIRE(message.generation > 0U);
  ClaimRequest late = request_for("e1", *message.attempt);
  late.generation = *message.generation - 1;
  CHECK(letters.verdict(late) == ClaimVerdict::stale);
  late.generation = message.generation;
  CHECK(letters.verdict(late) == ClaimVerdict::ours);
  CHECK(message.fingerprint == late.event.fingerprint);
}

TEMPLATE_LIST_TEST_CASE(
    "What is discarded is not sent when its message was moved back, and what was moved back is not discarded", "[replay]",
    EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("discarded");
  REQUIRE(must(letters.letters->discard(DeadLetterFilter{}, "spam", "on-call")) == 1);
  CHECK(letters.verdict(request_for("discarded", 1, true)) == ClaimVerdict::done);
  letters.die("moved");
  CHECK(letters.verdict(request_for("moved", 1, true)) == ClaimVerdict::ours);
  CHECK(must(letters.letters->discard(DeadLetterFilter{}, "spam", "on-call")) == 0);
}

}  // namespace notifier::testing
