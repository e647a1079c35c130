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
