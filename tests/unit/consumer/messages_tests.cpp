#include "consumer/messages.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/sha256.hpp"

using namespace notifier;

namespace {

const std::string event_rest =
    R"("eventType":"t","timestamp":"2023-10-27","payload":{"userId":"u","email":"a@example.com","username":"abc"}})";

Message message_with_body(const std::string& body) {
  Message message;
  message.body = body;
  return message;
}

std::expected<ClaimRequest, InvalidEvent> read_without_routes(const Message& message) {
  return read_message(message, Routes{{}});
}

}  // namespace

TEST_CASE("The attempt header counts before retryCount in the body, and both before nothing") {
  Message message = message_with_body(R"({"id":"a","retryCount":2,)" + event_rest);
  CHECK(read_without_routes(message)->attempt == 2);
  message.attempt = 3;
  CHECK(read_without_routes(message)->attempt == 3);
  CHECK(read_without_routes(message_with_body(R"({"id":"a",)" + event_rest))->attempt == 0);
}

TEST_CASE("No count of another producer is too large") {
  Message message = message_with_body(R"({"id":"a",)" + event_rest);
  message.attempt = 4'000'000'000;
  message.generation = 4'000'000'000;
  const auto request = read_without_routes(message);
  REQUIRE(request);
  CHECK(request->attempt == 1'000'000'000);
  CHECK(request->generation == 1'000'000'000U);
}

TEST_CASE("A message that says nothing of its row is new, one with attempts alone knows of no generation") {
  Message message = message_with_body(R"({"id":"a","retryCount":2,)" + event_rest);
  CHECK(read_without_routes(message)->generation == 0U);
  message.attempt = 0;
  CHECK_FALSE(read_without_routes(message)->generation);
  message.generation = 7;
  CHECK(read_without_routes(message)->generation == 7U);
}

TEST_CASE("A message goes on the route that it names, and as one of a fan-out leads to no further ones") {
  const Routes routes{{{.name = "mail", .event_types = {"*"}, .senders = {"mock"}},
                       {.name = "hook", .event_types = {"*"}, .senders = {"mock"}}}};
  Message message = message_with_body(R"({"id":"order-17/second",)" + event_rest);
  CHECK(read_message(message, routes)->route == "mail");
  CHECK_FALSE(read_message(message, routes)->is_further);
  message.route = "second";
  CHECK(read_message(message, routes)->route == "second");
  CHECK(read_message(message, routes)->is_further);
}

TEST_CASE("A message that was made of a row is judged by the fingerprint there, whatever became of the payload") {
  Message message = message_with_body(R"({"id":"a",)" + event_rest);
  const Fingerprint own = read_without_routes(message)->event.fingerprint;
  message.fingerprint = sha256("another");
  CHECK(read_without_routes(message)->event.fingerprint == sha256("another"));
  message.fingerprint.reset();
  CHECK(read_without_routes(message)->event.fingerprint == own);
}

TEST_CASE("A message that carries a dead letter's reason is a replay") {
  Message message = message_with_body(R"({"id":"a",)" + event_rest);
  CHECK_FALSE(read_without_routes(message)->replay);
  message.dead_letter = DeadLetter{.reason = "retries_exhausted", .last_error = "gone"};
  CHECK(read_without_routes(message)->replay);
}

TEST_CASE("A retry keeps the body, counts the attempts, is no dead letter and remembers the first failure") {
  Message message = message_with_body("as it came");
  message.dead_letter = DeadLetter{.reason = "retries_exhausted", .last_error = "gone"};
  const Message first = retry_message(message, {.attempt_count = 0, .generation = 4});
  CHECK(first.body == "as it came");
  CHECK(first.attempt == 1U);
  CHECK(first.generation == 5U);
  CHECK_FALSE(first.dead_letter);
  CHECK_FALSE(first.first_failed_at.empty());

  Message later = first;
  later.first_failed_at = "2026-01-01T00:00:00.000Z";
  CHECK(retry_message(later, {.attempt_count = 1}).first_failed_at == "2026-01-01T00:00:00.000Z");
  CHECK(dead_letter_message(later, "r", "e").first_failed_at == "2026-01-01T00:00:00.000Z");
}

TEST_CASE("What is deferred keeps the body and the attempts, has not failed and is no dead letter") {
  Message message = message_with_body("as it came");
  message.traceparent = "trace";
  message.dead_letter = DeadLetter{.reason = "retries_exhausted", .last_error = "gone"};
  const Message later = deferred_message(message, {.attempt_count = 2, .generation = 3});
  CHECK(later.body == "as it came");
  CHECK(later.traceparent == "trace");
  CHECK(later.attempt == 2U);
  CHECK(later.generation == 4U);
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
  const auto first = read_without_routes(message);
  REQUIRE(first);
  message.fingerprint = first->event.fingerprint;
  const Message further = further_message(message, first->event, {.event_id = "a/crm", .route = "crm"});
  CHECK(further.fingerprint == message.fingerprint);
  CHECK(further.event_id == "a/crm");
  CHECK(further.route == "crm");
  CHECK(further.event_type == "t");
  CHECK(further.traceparent == "trace");
  CHECK(further.first_failed_at.empty());
  CHECK(further.not_before == 0);
  const auto request = read_without_routes(further);
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
                                .attempt_count = 2,
                                .fingerprint = sha256("what the payload was before")};
  const auto request = read_without_routes(republished_message(stuck));
  REQUIRE(request);
  CHECK(request->event.id == "a");
  CHECK(request->event.type == stuck.event_type);
  CHECK(request->event.payload == stuck.payload);
  CHECK(request->event.fingerprint == stuck.fingerprint);
  CHECK(request->attempt == 2);
  CHECK_FALSE(request->replay);
}
