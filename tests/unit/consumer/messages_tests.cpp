#include "consumer/messages.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace notifier;

namespace {

const std::string event_rest =
    R"("eventType":"t","timestamp":"2023-10-27","payload":{"userId":"u","email":"a@example.com","username":"abc"}})";

Message message_with_body(const std::string& body) {
  Message message;
  message.body = body;
  return message;
}

}  // namespace

TEST_CASE("The attempt header counts before retryCount in the body, and both before nothing") {
  Message message = message_with_body(R"({"id":"a","retryCount":2,)" + event_rest);
  CHECK(read_message(message)->attempt == 2);
  message.attempt = 3;
  CHECK(read_message(message)->attempt == 3);
  CHECK(read_message(message_with_body(R"({"id":"a",)" + event_rest))->attempt == 0);
}

TEST_CASE("A message with more attempts than a row can count on from is refused") {
  Message message = message_with_body(R"({"id":"a",)" + event_rest);
  message.attempt = 1'000'000'000;
  CHECK(read_message(message));
  message.attempt = 1'000'000'001;
  CHECK(read_message(message).error().message == "x-attempt is larger than 1000000000");
}

TEST_CASE("A message that carries a dead letter's reason is a replay") {
  Message message = message_with_body(R"({"id":"a",)" + event_rest);
  CHECK_FALSE(read_message(message)->replay);
  message.dead_letter = DeadLetter{.reason = "retries_exhausted", .last_error = "gone"};
  CHECK(read_message(message)->replay);
}

TEST_CASE("A retry keeps the body, counts the attempts, is no dead letter and remembers the first failure") {
  Message message = message_with_body("as it came");
  message.dead_letter = DeadLetter{.reason = "retries_exhausted", .last_error = "gone"};
  const Message first = retry_message(message, 1);
  CHECK(first.body == "as it came");
  CHECK(first.attempt == 1U);
  CHECK_FALSE(first.dead_letter);
  CHECK_FALSE(first.first_failed_at.empty());

  Message later = first;
  later.first_failed_at = "2026-01-01T00:00:00.000Z";
  CHECK(retry_message(later, 2).first_failed_at == "2026-01-01T00:00:00.000Z");
  CHECK(dead_letter_message(later, "r", "e").first_failed_at == "2026-01-01T00:00:00.000Z");
}

TEST_CASE("What is put off keeps the body and the attempts, has not failed and is no dead letter") {
  Message message = message_with_body("as it came");
  message.traceparent = "trace";
  message.dead_letter = DeadLetter{.reason = "retries_exhausted", .last_error = "gone"};
  const Message later = put_off_message(message, 2);
  CHECK(later.body == "as it came");
  CHECK(later.traceparent == "trace");
  CHECK(later.attempt == 2U);
  CHECK(later.first_failed_at.empty());
  CHECK_FALSE(later.dead_letter);
}

TEST_CASE("A dead letter waits for no time") {
  Message message = message_with_body("{}");
  message.not_before = 1;
  CHECK(dead_letter_message(message, "r", "e").not_before == 0);
}

TEST_CASE("The message of a further notification is read as the same event under another id, not attempted yet") {
  Message message = message_with_body(R"({"id":"a","retryCount":2,)" + event_rest);
  message.attempt = 2;
  message.traceparent = "trace";
  message.first_failed_at = "2026-01-01T00:00:00.000Z";
  message.not_before = 1;
  const auto first = read_message(message);
  REQUIRE(first);
  const Message further = further_message(message, first->event, "a/crm");
  CHECK(further.event_id == "a/crm");
  CHECK(further.event_type == "t");
  CHECK(further.traceparent == "trace");
  CHECK(further.first_failed_at.empty());
  CHECK(further.not_before == 0);
  const auto request = read_message(further);
  REQUIRE(request);
  CHECK(request->event.id == "a/crm");
  CHECK(request->event.payload == first->event.payload);
  CHECK(request->event.fingerprint == first->event.fingerprint);
  CHECK(request->attempt == 0);
  CHECK_FALSE(request->replay);
}

TEST_CASE("A republished message is read as the event that the row holds") {
  const StuckNotification stuck{.event_id = "a",
                                .event_type = "t \"quoted\"",
                                .timestamp = "2023-10-27",
                                .payload = R"({"userId":"u","email":"a@example.com","username":"abc","n":1.50})",
                                .attempt_count = 2};
  const auto request = read_message(republished_message(stuck));
  REQUIRE(request);
  CHECK(request->event.id == "a");
  CHECK(request->event.type == stuck.event_type);
  CHECK(request->event.payload == stuck.payload);
  CHECK(request->attempt == 2);
  CHECK_FALSE(request->replay);
}
