#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "contract/repository/dead_letter_fixture.hpp"

// What every database promises of dead letters that are edited and replayed.

namespace notifier::testing {
namespace {

const std::string edited_payload = R"({ "zeta":1.10,"userId":"u","email":"mended@example.com", "username":"abc","a":1E2})";

Event edited(const std::string& id) {
  auto queued = parse_queued_event(event_message_body(id, "order_shipped", "2023-10-27T10:00:00Z", edited_payload));
  REQUIRE(queued.has_value());
  return queued->event;
}

}  // namespace

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
  const auto stuck = must(letters.repository->take_stuck(no_time, 10));
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

}  // namespace notifier::testing
