#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "base/rfc3339.hpp"
#include "support/raw_http_client.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

ListedNotification listed(const std::string& event_id) {
  return {.event_id = event_id,
          .event_type = "shipped",
          .recipient = "a@example.com",
          .status = NotificationStatus::sent,
          .attempt_count = 1,
          .last_error = "",
          .created_at = "2026-01-01T00:00:00.000Z",
          .updated_at = "2026-01-01T00:00:01.000Z"};
}

}  // namespace

TEST_CASE("a list is asked for with all that the query says, and shown a notification an object") {
  ServerUnderTest server;
  server.history.answer_with(NotificationPage{.notifications = {listed("e2")}, .next = std::nullopt});
  const RawAnswer answer = get(server,
                               "/notifications?status=SENT&eventType=a%20b&recipient=a+b@example.com&since=2026-01-01"
                               "&until=2026-01-02T00:00:00Z&limit=7");
  CHECK(answer.status == 200);
  CHECK(
      answer.body ==
      R"({"notifications":[{"eventId":"e2","notificationId":"notif-e2","eventType":"shipped","recipient":"a@example.com","route":null,"sender":null,)"
      R"("status":"SENT","attemptCount":1,"lastError":null,"createdAt":"2026-01-01T00:00:00.000Z",)"
      R"("updatedAt":"2026-01-01T00:00:01.000Z"}],"nextCursor":null})"
      "\n");
  const auto asked = server.history.asked();
  CHECK(asked.filter.status == NotificationStatus::sent);
  CHECK(asked.filter.event_type == "a b");
  CHECK(asked.filter.recipient == "a+b@example.com");
  CHECK(asked.filter.since == from_rfc3339("2026-01-01"));
  CHECK(asked.filter.until == from_rfc3339("2026-01-02"));
  CHECK(asked.limit == 7);
  CHECK_FALSE(asked.after.has_value());
}

TEST_CASE("a list without a query is the newest hundred") {
  ServerUnderTest server;
  CHECK(get(server, "/notifications").body == R"({"notifications":[],"nextCursor":null})"
                                              "\n");
  const auto asked = server.history.asked();
  CHECK(asked.limit == 100);
  CHECK_FALSE(asked.filter.status.has_value());
  CHECK_FALSE(asked.filter.since.has_value());
}

TEST_CASE("the cursor of an answer leads on from where it ended") {
  ServerUnderTest server;
  server.history.answer_with(
      NotificationPage{.notifications = {}, .next = NotificationCursor{.created_at_us = 42, .event_id = "a/b&c=%"}});
  const auto first = boost::json::parse(get(server, "/notifications").body);
  const std::string cursor{first.at("nextCursor").as_string()};
  CHECK(get(server, "/notifications?cursor=" + cursor).status == 200);
  const auto asked = server.history.asked();
  REQUIRE(asked.after.has_value());
  CHECK(asked.after->created_at_us == 42);
  CHECK(asked.after->event_id == "a/b&c=%");
}

TEST_CASE("a query that asks for nothing sensible is refused with a sentence") {
  ServerUnderTest server;
  for (const char* wrong :
       {"status=sent", "limit=0", "limit=1001", "cursor=", "cursor=zz", "cursor=6161", "cursor=2d312061", "cursor=3120",
        "since=2026-01-02&until=2026-01-01", "since=2026-01-01&until=2026-01-01", "color=red", "limit=1&limit=1"}) {
    CAPTURE(wrong);
    const RawAnswer answer = get(server, std::string{"/notifications?"} + wrong);
    CHECK(answer.status == 400);
    CHECK(answer.body.starts_with(R"({"error":"Invalid Request: )"));
  }
  CHECK(get(server, "/notifications/summary?since=2026-01-02&until=2026-01-01").status == 400);
  CHECK(get(server, "/notifications/summary?limit=1").status == 400);
}

TEST_CASE("the summary counts by status and by type, the most frequent one first") {
  ServerUnderTest server;
  const auto since = from_rfc3339("2026-01-01").value();
  server.history.answer_with(NotificationCounts{.since = since + std::chrono::hours{1},
                                                .until = since + std::chrono::hours{2},
                                                .complete = false,
                                                .counts = {{NotificationStatus::sent, "a", 2},
                                                           {NotificationStatus::failed_dlq, "b", 1},
                                                           {NotificationStatus::sent, "b", 4}}});
  const RawAnswer answer = get(server, "/notifications/summary?since=2026-01-01&until=2026-01-01T02:00:00Z");
  CHECK(answer.status == 200);
  CHECK(answer.body ==
        R"({"since":"2026-01-01T01:00:00.000Z","until":"2026-01-01T02:00:00.000Z","complete":false,"total":7,)"
        R"("byStatus":{"QUEUED":0,"SENT":6,"FAILED_RETRYING":0,"FAILED_DLQ":1},"byEventType":[)"
        R"({"eventType":"b","total":5,"byStatus":{"QUEUED":0,"SENT":4,"FAILED_RETRYING":0,"FAILED_DLQ":1}},)"
        R"({"eventType":"a","total":2,"byStatus":{"QUEUED":0,"SENT":2,"FAILED_RETRYING":0,"FAILED_DLQ":0}}]})"
        "\n");
  CHECK(server.history.asked().since == since);
}

TEST_CASE("the summary is of the last 24 hours unless told otherwise") {
  ServerUnderTest server;
  const auto before = std::chrono::system_clock::now();
  CHECK(get(server, "/notifications/summary").status == 200);
  const auto asked = server.history.asked();
  CHECK(asked.until >= before);
  CHECK(asked.until <= std::chrono::system_clock::now());
  CHECK(asked.until - asked.since == std::chrono::hours{24});
}

TEST_CASE("when the history fails, the client is told no more than that") {
  ServerUnderTest server;
  server.history.answer_with(std::unexpected{RepositoryError{RepositoryError::Kind::unavailable, "secret-host is down"}});
  const RawAnswer answer = get(server, "/notifications");
  CHECK(answer.status == 503);
  CHECK_FALSE(answer.body.contains("secret-host"));
}
