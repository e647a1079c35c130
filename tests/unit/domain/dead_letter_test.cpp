#include "notifier/dead_letter.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace notifier;

namespace {

Message died(const std::string& event_id, const std::string& reason, std::optional<unsigned> attempt = std::nullopt) {
  Message message;
  message.event_id = event_id;
  message.body = "{}";
  message.attempt = attempt;
  message.dead_letter = DeadLetter{.reason = reason, .last_error = "full"};
  return message;
}

MessageFate fate(const Message& message, DeadLetterState state, unsigned attempts) {
  return fate_of(message, KnownDeadLetter{.state = state, .attempt_count = attempts}, std::nullopt);
}

}  // namespace

TEST_CASE("A dead letter of a notification is told by its event, any other by reason and body") {
  CHECK(dead_letter_identity(died("e1", "retries_exhausted")) == "event:e1");
  CHECK(dead_letter_identity(died("e1", "failed_for_good")) == "event:e1");
  const std::string message = dead_letter_identity(died("e1", "invalid_event"));
  CHECK(message == dead_letter_identity(died("e2", "invalid_event")));
  CHECK(message != dead_letter_identity(died("e1", "payload_mismatch")));
  Message moved = died("e1", "");
  moved.dead_letter.reset();
  CHECK(dead_letter_identity(moved) == dead_letter_identity(died("e1", std::string{moved_by_broker})));
}

TEST_CASE("Messages of what is dead stay, but for copies that are older than its death") {
  CHECK(fate(died("e1", "retries_exhausted", 4), DeadLetterState::dead, 4) == MessageFate::stays);
  CHECK(fate(died("e1", "retries_exhausted", 5), DeadLetterState::dead, 4) == MessageFate::stays);
  CHECK(fate(died("e1", "retries_exhausted", 2), DeadLetterState::dead, 4) == MessageFate::may_go);
  CHECK(fate(died("e1", "invalid_event", 0), DeadLetterState::dead, 4) == MessageFate::stays);
}

TEST_CASE("Messages of what was replayed or discarded may go, but for a death that is not recorded yet") {
  for (const DeadLetterState closed : {DeadLetterState::replayed, DeadLetterState::discarded}) {
    CHECK(fate(died("e1", "retries_exhausted", 4), closed, 4) == MessageFate::may_go);
    CHECK(fate(died("e1", "retries_exhausted"), closed, 4) == MessageFate::may_go);
    CHECK(fate(died("e1", "retries_exhausted", 8), closed, 4) == MessageFate::stays);
    CHECK(fate(died("e1", "payload_mismatch", 8), closed, 4) == MessageFate::may_go);
  }
}

TEST_CASE("A message that no dead letter is known of is kept, unless its notification is under way or was sent") {
  const Message notification = died("e1", "retries_exhausted", 4);
  CHECK(fate_of(notification, std::nullopt, std::nullopt) == MessageFate::unknown);
  CHECK(fate_of(notification, std::nullopt, NotificationStatus::sent) == MessageFate::may_go);
  CHECK(fate_of(notification, std::nullopt, NotificationStatus::failed_retrying) == MessageFate::stays);
  CHECK(fate_of(notification, std::nullopt, NotificationStatus::queued) == MessageFate::stays);
  CHECK(fate_of(died("e1", "invalid_event"), std::nullopt, NotificationStatus::sent) == MessageFate::unknown);
}

TEST_CASE("States of dead letters have names, and nothing else is one") {
  for (const DeadLetterState state : {DeadLetterState::dead, DeadLetterState::replayed, DeadLetterState::discarded}) {
    CHECK(dead_letter_state_from(to_string(state)) == state);
  }
  CHECK_FALSE(dead_letter_state_from("dead"));
  CHECK_FALSE(dead_letter_state_from(""));
}
