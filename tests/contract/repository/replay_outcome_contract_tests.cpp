#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "contract/repository/dead_letter_fixture.hpp"

// What every database tells of what became of a replay.

namespace notifier::testing {

TEMPLATE_LIST_TEST_CASE("A replay is over when each of its dead letters has an outcome, whatever it was before", "[replay]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("sent");
  letters.die("again", "mailbox full");
  letters.record_message(buried(event_with("buried")));
  letters.record_message(dead_message("{broken"));
  const std::uint64_t replay = letters.start_replay();
  CHECK(letters.replay(replay).pending == 4);
  REQUIRE(letters.carry_out(replay).size() == 4);
  CHECK(letters.replay(replay).state == ReplayState::done);
  CHECK(letters.replay(replay).under_way == 4);
  CHECK_FALSE(letters.replay(replay).is_over());

  letters.attempt(letters.next_attempt_of("sent"), NotificationStatus::sent);
  letters.die("again", "still full");
  letters.attempt(request_for("buried"), NotificationStatus::sent);
  Message broken = dead_message("{broken");
  broken.generation = 1;
  letters.record_message(broken);
  const ReplayRecord over = letters.replay(replay);
  CHECK(over.sent == 2);
  CHECK(over.dead_again == 2);
  CHECK(over.replayed == 4);
  CHECK(over.is_over());
  const auto items = must(letters.letters->replay_items(replay, 0, 10));
  REQUIRE(items.size() == 4);
  CHECK(items[0].outcome == ReplayOutcome::sent);
  CHECK(items[0].error.empty());
  CHECK(items[1].outcome == ReplayOutcome::dead_again);
  CHECK(items[1].error == "still full");
  CHECK(items[2].outcome == ReplayOutcome::sent);
  CHECK(items[3].outcome == ReplayOutcome::dead_again);
  CHECK(items[3].error == "no JSON");
}

TEMPLATE_LIST_TEST_CASE("What died again did so for its replay, whatever is done about it afterwards", "[replay]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const std::uint64_t first = letters.start_replay();
  letters.carry_out(first);
  letters.die("e1");
  const std::uint64_t second = letters.start_replay();
  letters.carry_out(second);
  CHECK(letters.replay(first).dead_again == 1);
  CHECK(letters.replay(first).is_over());
  CHECK(letters.replay(second).under_way == 1);
  letters.die("e1");
  must(letters.letters->discard(DeadLetterFilter{}, "enough", "tester"));
  CHECK(letters.replay(second).dead_again == 1);
}

TEMPLATE_LIST_TEST_CASE("A message that dies of another event's id is not taken for that event", "[replay]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  const Message mismatching = buried(event_with("e1", R"(,"other":1)"), "payload_mismatch");
  letters.attempt(request_for("e1"), NotificationStatus::sent);
  letters.record_message(mismatching);
  const std::uint64_t replay = letters.start_replay();
  REQUIRE(letters.carry_out(replay).size() == 1);
  CHECK(letters.replay(replay).under_way == 1);
  CHECK(letters.replay(replay).sent == 0);
  letters.record_message(mismatching);
  CHECK(letters.replay(replay).dead_again == 1);
}

TEMPLATE_LIST_TEST_CASE("Of a replay whose notifications are gone nothing is under way", "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  letters.die("e2");
  const std::uint64_t replay = letters.start_replay();
  letters.carry_out(replay);
  execute(letters.storage, "DELETE FROM notifications");
  CHECK(letters.replay(replay).is_over());
  execute(letters.storage, "DELETE FROM dead_letters WHERE event_id = 'e1'");
  CHECK(letters.replay(replay).is_over());
  CHECK(letters.replay(replay).replayed == 2);
  const auto items = must(letters.letters->replay_items(replay, 0, 10));
  REQUIRE(items.size() == 2);
  for (const ReplayItem& item : items) CHECK(item.outcome == ReplayOutcome::unknown);
}

}  // namespace notifier::testing
