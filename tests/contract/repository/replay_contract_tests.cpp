#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>
#include <vector>

#include "contract/repository/dead_letter_fixture.hpp"
#include "notifier/notification_row.hpp"
#include "support/wait_until.hpp"

// What every database promises of replays, to operators and to the process that carries them out.

namespace notifier::testing {
namespace {

constexpr std::chrono::milliseconds at_once{0};

const std::string edited_payload = R"({ "zeta":1.10,"userId":"u","email":"mended@example.com", "username":"abc","a":1E2})";

Event edited(const std::string& id) {
  auto queued = parse_queued_event(event_message_body(id, "order_shipped", "2023-10-27T10:00:00Z", edited_payload));
  REQUIRE(queued.has_value());
  return queued->event;
}

Message as_dead_letter(const DueReplay& due, const std::string& reason) {
  Message message = due.message;
  message.dead_letter = DeadLetter{.reason = reason, .last_error = "full"};
  return message;
}

/// Of an event, as the broker moved it.
Message buried(const Event& event, const std::string& reason = "delivery_limit") {
  Message message = dead_message(event_message_body(event.id, event.type, event.timestamp, event.payload), reason);
  message.event_id = event.id;
  message.event_type = event.type;
  message.renewals = most_renewals;
  return message;
}

using Actions = std::vector<QueueAction>;

}  // namespace

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
  const auto stuck = must(letters.repository->take_stuck(at_once, 10));
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
    const auto taken = must(letters.repository->take_stuck(at_once, 1000));
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

TEMPLATE_LIST_TEST_CASE("An edited notification is replayed with its new payload, and the original is kept", "[replay]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const std::uint64_t id = letters.only_id();
  const auto replay = must(letters.letters->edit_and_replay(id, edited("e1"), "tester"));
  REQUIRE(replay.has_value());
  const auto published = letters.carry_out(*replay);
  REQUIRE(published.size() == 1);
  CHECK(published.front().message.body.contains(edited_payload));
  CHECK(letters.find("e1").payload == edited_payload);
  CHECK(letters.record_of(id).body == edited_payload);
  CHECK(letters.record_of(id).original == event_with("e1").payload);
  CHECK(letters.verdict({.event = edited("e1"), .attempt = 1}) == ClaimVerdict::ours);
  CHECK_FALSE(must(letters.letters->edit_and_replay(id, edited("e1"), "tester")).has_value());
  CHECK_FALSE(must(letters.letters->edit_and_replay(999'999, edited("e1"), "tester")).has_value());
}

TEMPLATE_LIST_TEST_CASE("What is published from a row has the fingerprint of the row, whatever payload is there by now",
                        "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  const std::string other = R"({"userId":"u","email":"a@example.com","username":"abc","n":1.2345678901234568e22})";
  letters.die("e1");
  execute(letters.storage, "UPDATE notifications SET payload = '" + other + "'");

  const auto published = letters.carry_out(letters.start_replay());
  REQUIRE(published.size() == 1);
  const Message& message = published.front().message;
  CHECK(message.body.contains(other));
  CHECK(message.fingerprint == event_with("e1").fingerprint);
  const auto stuck = must(letters.repository->take_stuck(at_once, 10));
  REQUIRE(stuck.size() == 1);
  CHECK(stuck.front().payload == other);
  CHECK(stuck.front().fingerprint == event_with("e1").fingerprint);

  Event event = parse_queued_event(message.body)->event;
  CHECK(letters.verdict({.event = event, .attempt = 1}) == ClaimVerdict::payload_mismatch);
  event.fingerprint = *message.fingerprint;
  CHECK(letters.verdict({.event = event, .attempt = 1}) == ClaimVerdict::ours);
}

TEMPLATE_LIST_TEST_CASE("In place of a message that is no event a whole event is replayed", "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.record_message(dead_message("{broken"));
  const std::uint64_t id = letters.only_id();
  const auto replay = must(letters.letters->edit_and_replay(id, edited("new-1"), "tester"));
  REQUIRE(replay.has_value());
  const auto published = letters.carry_out(*replay);
  REQUIRE(published.size() == 1);
  CHECK(published.front().message.event_id == "new-1");
  CHECK(published.front().message.body.contains(edited_payload));
  CHECK_FALSE(published.front().message.attempt.has_value());
  CHECK(letters.record_of(id).original == "{broken");
  letters.attempt({.event = edited("new-1")}, NotificationStatus::sent);
  CHECK(letters.replay(*replay).sent == 1);
}

TEMPLATE_LIST_TEST_CASE("A message of which only the beginning was kept is not replayed", "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.record_message(dead_message(std::string(max_dead_letter_body_bytes + 1, 'x')));
  const std::uint64_t replay = letters.start_replay();
  CHECK(letters.carry_out(replay).empty());
  CHECK(letters.replay(replay).skipped == 1);
  CHECK(letters.list().size() == 1);
}

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
  must(letters.work->note_removal(at_once));
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

TEMPLATE_LIST_TEST_CASE("What is edited into an event of its own is replayed although the id that it bore was sent",
                        "[replay]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.attempt(request_for("e1"), NotificationStatus::sent);
  letters.record_message(buried(event_with("e1", R"(,"other":1)"), "payload_mismatch"));
  const auto replay = must(letters.letters->edit_and_replay(letters.only_id(), edited("new-1"), "tester"));
  REQUIRE(replay.has_value());
  const auto published = letters.carry_out(*replay);
  REQUIRE(published.size() == 1);
  CHECK(published.front().message.event_id == "new-1");
}

TEMPLATE_LIST_TEST_CASE("A late copy of what was edited is known, however often it was edited", "[replay]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const auto first = must(letters.letters->edit_and_replay(letters.only_id(), event_with("e1", R"(,"n":1)"), "tester"));
  REQUIRE(first.has_value());
  REQUIRE(letters.carry_out(*first).size() == 1);
  CHECK(letters.verdict(request_for("e1")) == ClaimVerdict::stale);
  ClaimToken token;
  REQUIRE(letters.claim_one({.event = event_with("e1", R"(,"n":1)"), .attempt = 1}, token).verdict == ClaimVerdict::ours);
  Outcome death{.event_id = "e1", .token = token, .status = NotificationStatus::failed_dlq, .error = "full"};
  death.death.reason = "retries_exhausted";
  REQUIRE(must(letters.repository->record_outcomes({&death, 1})).front() == RecordVerdict::recorded);
  const auto second = must(letters.letters->edit_and_replay(letters.only_id(), edited("e1"), "tester"));
  REQUIRE(second.has_value());
  REQUIRE(letters.carry_out(*second).size() == 1);
  letters.attempt({.event = edited("e1"), .attempt = 2}, NotificationStatus::sent);
  CHECK(letters.verdict(request_for("e1")) == ClaimVerdict::done);
  CHECK(letters.verdict({.event = event_with("e1", R"(,"never":1)")}) == ClaimVerdict::payload_mismatch);
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
