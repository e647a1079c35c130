#include "notifier/dead_letter.hpp"

#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "domain/event_schema.hpp"

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

QueueAction fate(const Message& message, DeadLetterState state, unsigned attempts) {
  return queue_action_for(message, KnownDeadLetter{.state = state, .attempt_count = attempts}, std::nullopt);
}

/// As a message of another reason, with an event in it.
Message with_event(const std::string& reason, const std::string& username = "abc") {
  Message message = died("e1", reason);
  message.body = event_message_body("e1", "t", "2023-10-27",
                                    R"({"userId":"u","email":"a@example.com","username":")" + username + "\"}");
  return message;
}

NotificationRow row_with(NotificationStatus status, unsigned generation = 0) {
  NotificationRow row;
  row.status = status;
  row.generation = generation;
  row.fingerprint = parse_queued_event(with_event("").body)->event.fingerprint;
  return row;
}

NotificationRow claimed(NotificationRow row) {
  row.claim = ClaimState::live;
  return row;
}

constexpr KnownDeadLetter dead{.state = DeadLetterState::dead};
constexpr KnownDeadLetter replayed{.state = DeadLetterState::replayed};

}  // namespace

TEST_CASE("A dead letter of a notification is told by its event, any other by reason and body") {
  CHECK(dead_letter_identity(died("e1", "retries_exhausted")) == "event:e1");
  CHECK(dead_letter_identity(died("e1", "failed_for_good")) == "event:e1");
  const std::string message = dead_letter_identity(died("e1", "invalid_event"));
  CHECK(message == dead_letter_identity(died("e2", "invalid_event")));
  CHECK(message != dead_letter_identity(died("e1", "payload_mismatch")));
  CHECK(message != dead_letter_identity(died("e1", std::string{delivery_limit_reason})));
}

TEST_CASE("Messages of what is dead stay, but for copies that are older than its death") {
  CHECK(fate(died("e1", "retries_exhausted", 4), DeadLetterState::dead, 4) == QueueAction::keep);
  CHECK(fate(died("e1", "retries_exhausted", 5), DeadLetterState::dead, 4) == QueueAction::keep);
  CHECK(fate(died("e1", "retries_exhausted", 2), DeadLetterState::dead, 4) == QueueAction::remove);
  CHECK(fate(died("e1", "invalid_event", 0), DeadLetterState::dead, 4) == QueueAction::keep);
}

TEST_CASE("Messages of what was replayed or discarded are removed, but for a death that is not recorded yet") {
  for (const DeadLetterState closed : {DeadLetterState::replayed, DeadLetterState::discarded}) {
    CHECK(fate(died("e1", "retries_exhausted", 4), closed, 4) == QueueAction::remove);
    CHECK(fate(died("e1", "retries_exhausted"), closed, 4) == QueueAction::remove);
    CHECK(fate(died("e1", "retries_exhausted", 8), closed, 4) == QueueAction::keep);
    CHECK(fate(died("e1", "payload_mismatch", 8), closed, 4) == QueueAction::remove);
  }
}

TEST_CASE("A message that no dead letter is known of is kept, unless its notification is under way or was sent") {
  const Message notification = died("e1", "retries_exhausted", 4);
  CHECK(queue_action_for(notification, std::nullopt, std::nullopt) == QueueAction::record);
  CHECK(queue_action_for(notification, std::nullopt, row_with(NotificationStatus::sent)) == QueueAction::settle);
  CHECK(queue_action_for(notification, std::nullopt, row_with(NotificationStatus::failed_retrying)) == QueueAction::keep);
  CHECK(queue_action_for(notification, std::nullopt, row_with(NotificationStatus::queued)) == QueueAction::keep);
  CHECK(queue_action_for(died("e1", "invalid_event"), std::nullopt, row_with(NotificationStatus::sent)) ==
        QueueAction::record);
}

TEST_CASE("Of a notification the generation tells a leftover from a death that is being recorded") {
  Message message = died("e1", "failed_for_good", 1);
  message.generation = 2;
  CHECK(queue_action_for(message, replayed, row_with(NotificationStatus::queued, 1)) == QueueAction::keep);
  CHECK(queue_action_for(message, replayed, row_with(NotificationStatus::queued, 3)) == QueueAction::remove);
  CHECK(queue_action_for(message, replayed, row_with(NotificationStatus::failed_dlq, 2)) == QueueAction::remove);
  CHECK(queue_action_for(message, dead, row_with(NotificationStatus::failed_dlq, 2)) == QueueAction::keep);
  CHECK(queue_action_for(message, dead, row_with(NotificationStatus::failed_dlq, 4)) == QueueAction::remove);
  CHECK(queue_action_for(message, std::nullopt, row_with(NotificationStatus::failed_retrying, 2)) == QueueAction::keep);
}

TEST_CASE("Nothing is decided while its notification is being attempted") {
  for (const char* const reason : {"retries_exhausted", "payload_mismatch", "delivery_limit"}) {
    for (const auto& known : {std::optional<KnownDeadLetter>{}, std::optional{dead}, std::optional{replayed}}) {
      CHECK(queue_action_for(with_event(reason), known, claimed(row_with(NotificationStatus::queued))) ==
            QueueAction::keep_undecided);
    }
  }
}

TEST_CASE("What the broker moved is no dead letter when its event has a notification") {
  for (const char* const reason : {"delivery_limit", "expired", "maxlen", "rejected"}) {
    for (const NotificationStatus status : {NotificationStatus::queued, NotificationStatus::failed_retrying,
                                            NotificationStatus::sent, NotificationStatus::failed_dlq}) {
      CHECK(queue_action_for(with_event(reason), dead, row_with(status)) == QueueAction::settle);
      CHECK(queue_action_for(with_event(reason), std::nullopt, row_with(status)) == QueueAction::settle);
    }
    CHECK(queue_action_for(with_event(reason, "another"), dead, row_with(NotificationStatus::sent)) == QueueAction::keep);
  }
}

TEST_CASE("Any other message whose very event was sent is settled, also as it was before it was edited") {
  const NotificationRow sent = row_with(NotificationStatus::sent);
  CHECK(queue_action_for(with_event("unstorable_event"), dead, sent) == QueueAction::settle);
  CHECK(queue_action_for(with_event("unstorable_event"), dead, row_with(NotificationStatus::queued)) == QueueAction::keep);
  CHECK(queue_action_for(with_event("payload_mismatch", "another"), dead, sent) == QueueAction::keep);
  NotificationRow edited = sent;
  edited.original_fingerprint = std::exchange(edited.fingerprint, Fingerprint{});
  CHECK(queue_action_for(with_event("payload_mismatch"), dead, edited) == QueueAction::settle);
}

TEST_CASE(
    "What came back too often before anybody claimed it is attempted once more, and is dead when it comes back again") {
  Message buried = with_event("delivery_limit");
  CHECK(queue_action_for(buried, std::nullopt, std::nullopt) == QueueAction::republish);
  // Lost connections alone may have brought it there.
  buried.renewals = most_renewals - 1;
  CHECK(queue_action_for(buried, std::nullopt, std::nullopt) == QueueAction::republish);
  CHECK(queue_action_for(with_event("expired"), std::nullopt, std::nullopt) == QueueAction::record);
  CHECK(queue_action_for(buried, dead, std::nullopt) == QueueAction::keep);
  buried.renewals = most_renewals;
  CHECK(queue_action_for(buried, std::nullopt, std::nullopt) == QueueAction::record);
}

TEST_CASE("A message that is buried again after its replay is dead again, a leftover of it is not") {
  Message buried = with_event("delivery_limit");
  buried.renewals = most_renewals;
  CHECK(queue_action_for(buried, replayed, std::nullopt) == QueueAction::remove);
  buried.generation = 1;
  CHECK(queue_action_for(buried, replayed, std::nullopt) == QueueAction::record);
  CHECK(queue_action_for(buried, KnownDeadLetter{.state = DeadLetterState::discarded, .generation = 1}, std::nullopt) ==
        QueueAction::remove);
}

TEST_CASE("What the broker moved says in words what to do about it") {
  CHECK(moved_by_broker("expired").reason == "expired");
  CHECK(moved_by_broker("expired").last_error.contains("message-ttl"));
  CHECK(moved_by_broker("maxlen").last_error.contains("max-length"));
  for (const char* const reason : {"delivery_limit", "rejected", "something_new", ""}) {
    CHECK_FALSE(moved_by_broker(reason).reason.empty());
    CHECK_FALSE(moved_by_broker(reason).last_error.empty());
  }
}

TEST_CASE("States of dead letters have names, and nothing else is one") {
  for (const DeadLetterState state : {DeadLetterState::dead, DeadLetterState::replayed, DeadLetterState::discarded}) {
    CHECK(dead_letter_state_from(to_string(state)) == state);
  }
  CHECK_FALSE(dead_letter_state_from("dead"));
  CHECK_FALSE(dead_letter_state_from(""));
}
