#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <expected>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/raw_http_client.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

RawAnswer show(const ServerUnderTest& server, const std::string& event_id) {
  return get(server, "/notifications/" + event_id);
}

}  // namespace

TEST_CASE("a notification is shown with its payload as it is stored") {
  ServerUnderTest server;
  server.repository.find_with([](std::string_view event_id) {
    return std::optional{
        NotificationRecord{.event_id = std::string{event_id},
                           .event_type = "a \"type\"",
                           .recipient = "ada@example.com",
                           .status = NotificationStatus::failed_retrying,
                           .attempt_count = 2,
                           .attempts_before_replay = 1,
                           .last_error = "mailbox full",
                           .created_at = "2026-01-01T00:00:00.000Z",
                           .updated_at = "2026-01-01T00:00:01.000Z",
                           .next_attempt_at = "2026-01-01T00:00:06.000Z",
                           .route = "news",
                           .sender = "second",
                           .payload = R"({"n": 1.0})",
                           .attempts = {{1, "2026-01-01T00:00:00.500Z", "busy"},
                                        {2,
                                         "2026-01-01T00:00:01.000Z",
                                         "",
                                         std::chrono::microseconds{12'345},
                                         {{"first", SendOutcome::transient, std::chrono::milliseconds{2}, "mailbox full"},
                                          {"second", SendOutcome::sent, std::chrono::milliseconds{10}, "250 taken"}}}},
                           .siblings = {{"abc/audit", "audit", NotificationStatus::queued}}}};
  });
  const RawAnswer answer = show(server, "abc");
  CHECK(answer.status == 200);
  CHECK(answer.body ==
        R"({"eventId":"abc","notificationId":"notif-abc","eventType":"a \"type\"",)"
        R"("recipient":"ada@example.com","route":"news","sender":"second","status":"FAILED_RETRYING",)"
        R"("attemptCount":2,"attemptsBeforeReplay":1,"lastError":"mailbox full","createdAt":"2026-01-01T00:00:00.000Z",)"
        R"("updatedAt":"2026-01-01T00:00:01.000Z","nextAttemptAt":"2026-01-01T00:00:06.000Z","deadLetter":null,)"
        R"("payload":{"n": 1.0},)"
        R"("attempts":[{"attempt":1,"at":"2026-01-01T00:00:00.500Z","outcome":"failed","error":"busy","durationMs":null,)"
        R"("sends":[]},{"attempt":2,"at":"2026-01-01T00:00:01.000Z","outcome":"sent","error":null,"durationMs":12,)"
        R"("sends":[{"sender":"first","outcome":"transient","durationMs":2,"reply":null,"error":"mailbox full"},)"
        R"({"sender":"second","outcome":"sent","durationMs":10,"reply":"250 taken","error":null}]}],)"
        R"("siblings":[{"eventId":"abc/audit","notificationId":"notif-abc/audit","route":"audit","status":"QUEUED"}]})"
        "\n");
}

TEST_CASE("a notification that is dead names its dead letter, and what became of that") {
  ServerUnderTest server;
  server.repository.find_with([](std::string_view event_id) {
    NotificationRecord record;
    record.event_id = event_id;
    record.status = NotificationStatus::failed_dlq;
    record.payload = "{}";
    record.death = NotificationDeath{.dead_letter_id = 42,
                                     .state = DeadLetterState::discarded,
                                     .reason = "retries_exhausted",
                                     .closed_at = "2026-01-01T00:00:06.000Z",
                                     .closed_by = "operator",
                                     .discard_reason = "too old"};
    return std::optional{record};
  });
  CHECK(
      show(server, "abc")
          .body.contains(
              R"("deadLetter":{"id":42,"state":"DISCARDED","reason":"retries_exhausted","closedAt":"2026-01-01T00:00:06.000Z",)"
              R"("closedBy":"operator","discardReason":"too old"})"));
}

TEST_CASE("a notification without an error has null for one") {
  ServerUnderTest server;
  server.repository.find_with([](std::string_view) {
    NotificationRecord record;
    record.payload = "{}";
    return std::optional{record};
  });
  CHECK(show(server, "abc").body.contains(R"("lastError":null)"));
  CHECK(show(server, "abc").body.contains(R"("nextAttemptAt":null)"));
}

TEST_CASE("the event id of the path is decoded strictly") {
  ServerUnderTest server;
  std::string asked;
  server.repository.find_with([&asked](std::string_view event_id) {
    asked = event_id;
    return std::optional<NotificationRecord>{};
  });
  CHECK(show(server, "a%2Fb%25c?query=1").status == 404);
  CHECK(asked == "a/b%c");
  asked = "not asked";
  CHECK(show(server, "a/b%25c").status == 404);
  CHECK(asked == "a/b%c");
  asked = "not asked";
  for (const char* bad : {"%", "%2", "%zz", "a%00b", "a%20b", "%c3%a9"}) {
    CAPTURE(bad);
    CHECK(show(server, bad).status == 404);
  }
  CHECK(show(server, std::string(129, 'x')).status == 404);
  CHECK(asked == "not asked");
}

TEST_CASE("when the database fails, the client is told no more than that") {
  ServerUnderTest server;
  server.repository.find_with([](std::string_view) {
    return std::unexpected{RepositoryError{RepositoryError::Kind::unavailable, "secret-host is down"}};
  });
  const RawAnswer down = show(server, "abc");
  CHECK(down.status == 503);
  CHECK(down.header("retry-after") == "1");
  CHECK_FALSE(down.body.contains("secret-host"));

  server.repository.find_with([](std::string_view) -> std::expected<std::optional<NotificationRecord>, RepositoryError> {
    throw std::logic_error{"a bug"};
  });
  const RawAnswer bug = show(server, "abc");
  CHECK(bug.status == 500);
  CHECK(bug.body == R"({"error":"Internal Server Error"})"
                    "\n");
}
