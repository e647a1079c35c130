#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "contract/repository/dead_letter_fixture.hpp"
#include "notifier/notification_row.hpp"
#include "support/wait_until.hpp"

// What every database promises to the process that works on dead letters: that it is the only one, and which messages may
// leave their queue.

namespace notifier::testing {
namespace {

Message as_dead_letter(const DueReplay& due, const std::string& reason) {
  Message message = due.message;
  message.dead_letter = DeadLetter{.reason = reason, .last_error = "full"};
  return message;
}

using Actions = std::vector<QueueAction>;

}  // namespace

TEMPLATE_LIST_TEST_CASE("One process at a time does the work, until it stops renewing that", "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  const ClaimToken one = new_claim_token();
  const ClaimToken other = new_claim_token();
  CHECK(must(letters.work->hold(one, std::chrono::minutes{5})));
  CHECK(must(letters.work->hold(one, std::chrono::minutes{5})));
  CHECK_FALSE(must(letters.work->hold(other, std::chrono::minutes{5})));
  CHECK(must(letters.work->hold(one, std::chrono::milliseconds{1})));
  CHECK(wait_until([&] { return must(letters.work->hold(other, std::chrono::minutes{5})); }));
  CHECK_FALSE(must(letters.work->hold(one, std::chrono::minutes{5})));
}

TEMPLATE_LIST_TEST_CASE("A lease that ends later than any can is void: the database's clock was set back", "[replay]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  const ClaimToken ended = new_claim_token();
  const ClaimToken next = new_claim_token();
  REQUIRE(must(letters.work->hold(ended, std::chrono::hours{1})));
  CHECK_FALSE(must(letters.work->hold(next, std::chrono::minutes{31})));
  CHECK(must(letters.work->hold(next, std::chrono::minutes{29})));
  CHECK_FALSE(must(letters.work->hold(ended, std::chrono::minutes{29})));
}

TEMPLATE_LIST_TEST_CASE("Messages may leave the queue when their dead letters are dead no more", "[replay]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  letters.die("e2");
  CHECK_FALSE(must(letters.work->has_messages_to_remove()));
  const auto published = letters.carry_out(letters.start_replay(DeadLetterChoice{std::vector{letters.list().back().id}}));
  REQUIRE(published.size() == 1);
  CHECK(must(letters.work->has_messages_to_remove()));

  const Message replayed = as_dead_letter(published.front(), "retries_exhausted");
  Message dead = replayed;
  dead.event_id = "e2";
  const Message unknown = dead_message("{}", "expired");
  CHECK(must(letters.work->decide(std::vector{replayed, dead, unknown})) ==
        Actions{QueueAction::remove, QueueAction::keep, QueueAction::record});
  CHECK(letters.list({.reason = "expired"}).size() == 1);
  CHECK(must(letters.work->decide(std::vector{unknown})) == Actions{QueueAction::keep});
  CHECK(must(letters.work->decide({})).empty());

  must(letters.work->note_removal(std::chrono::hours{1}));
  CHECK(must(letters.work->has_messages_to_remove()));
  must(letters.work->note_removal(no_time));
  CHECK_FALSE(must(letters.work->has_messages_to_remove()));
}

TEMPLATE_LIST_TEST_CASE("What the broker moved is closed when its event has a notification, and is dead without one",
                        "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  const std::vector<Message> messages{buried(event_with("sent")), buried(event_with("retried")), buried(event_with("none"))};
  CHECK(must(letters.work->decide(messages)) == Actions(3, QueueAction::record));
  CHECK(letters.list().size() == 3);
  letters.attempt(request_for("sent"), NotificationStatus::sent);
  letters.attempt(request_for("retried"), NotificationStatus::failed_retrying, "busy");
  REQUIRE(must(letters.work->decide(messages)) == Actions{QueueAction::settle, QueueAction::settle, QueueAction::keep});
  CHECK(letters.list().size() == 1);
  const auto closed = letters.list({.state = DeadLetterState::discarded});
  REQUIRE(closed.size() == 2);
  CHECK(letters.record_of(closed.front().id).closed_by == "notifier");
  CHECK_FALSE(letters.record_of(closed.front().id).discard_reason.empty());
  CHECK(must(letters.work->has_messages_to_remove()));
  CHECK(must(letters.work->decide(messages)) == Actions{QueueAction::settle, QueueAction::settle, QueueAction::keep});
}

TEMPLATE_LIST_TEST_CASE("Nothing is decided of a message while its notification is claimed", "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const auto published = letters.carry_out(letters.start_replay());
  REQUIRE(published.size() == 1);
  const Message leftover = as_dead_letter(published.front(), "retries_exhausted");
  ClaimToken token;
  REQUIRE(letters.claim_one(request_for("e1", 1), token).verdict == ClaimVerdict::ours);
  CHECK(must(letters.work->decide(std::vector{leftover})) == Actions{QueueAction::keep_undecided});
}

TEMPLATE_LIST_TEST_CASE("A death that is being recorded is told from a leftover by its generation", "[replay]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const auto published = letters.carry_out(letters.start_replay());
  REQUIRE(published.size() == 1);
  REQUIRE(published.front().message.generation.has_value());
  Message leftover = as_dead_letter(published.front(), "retries_exhausted");
  --*leftover.generation;
  Message new_one = as_dead_letter(published.front(), "failed_for_good");
  ++*new_one.generation;
  CHECK(must(letters.work->decide(std::vector{leftover, new_one})) == Actions{QueueAction::remove, QueueAction::keep});
}

TEMPLATE_LIST_TEST_CASE("What was never claimed is attempted once more by itself, and its replay is not mistaken for it",
                        "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  Message first = buried(event_with("e1"));
  first.renewals = 0;
  CHECK(must(letters.work->decide(std::vector{first})) == Actions{QueueAction::republish});
  CHECK(letters.list().empty());
  const Message again = buried(event_with("e1"));
  CHECK(must(letters.work->decide(std::vector{again})) == Actions{QueueAction::record});
  const auto published = letters.carry_out(letters.start_replay());
  REQUIRE(published.size() == 1);
  CHECK(published.front().message.renewals == most_renewals);
  CHECK(must(letters.work->decide(std::vector{again})) == Actions{QueueAction::remove});
  const Message after_replay = as_dead_letter(published.front(), "delivery_limit");
  CHECK(must(letters.work->decide(std::vector{after_replay})) == Actions{QueueAction::record});
  CHECK(letters.record_of(letters.only_id()).summary.deaths == 2);
}

}  // namespace notifier::testing
