#include <catch2/catch_test_macros.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "support/raw_http_client.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

TEST_CASE("ids that no dead letter has, or one that is not dead, are named in the answer") {
  ServerUnderTest server;
  const std::string unknown = R"([{"id":99,"error":"there is no such dead letter"},)"
                              R"({"id":"e2","error":"there is no such dead letter"}])";
  const std::string ids = R"({"ids":[1,99,"e2","notif-e1"])";
  const RawAnswer replayed = post(server, "/dead-letters/replay", ids + "}");
  CHECK(replayed.status == 202);
  CHECK(replayed.body.starts_with(R"({"replayId":1,"total":0,"notReplayed":)" + unknown + "}"));
  CHECK(
      post(server, "/dead-letters/replay", ids + R"(,"dryRun":true})").body.contains(R"(,"notReplayed":)" + unknown + "}"));
  const std::string discarded = post(server, "/dead-letters/discard", ids + R"(,"reason":"spam"})").body;
  CHECK(discarded.starts_with(R"({"discarded":1,"notDiscarded":)" + unknown + "}"));
  CHECK(post(server, "/dead-letters/replay", R"({"ids":[1]})").body.starts_with(R"({"replayId":1,"total":0})"));
}

TEST_CASE("a dead letter and a notification are found by the id of either, an unknown one is not") {
  ServerUnderTest server;
  server.repository.find_with([](std::string_view event_id) {
    NotificationRecord record;
    record.event_id = event_id;
    record.payload = "{}";
    return event_id == "e1" ? std::optional{record} : std::nullopt;
  });
  for (const char* const known : {"/dead-letters/1", "/dead-letters/e1", "/dead-letters/notif-e1", "/dead-letters/%65%31",
                                  "/notifications/e1", "/notifications/notif-e1"}) {
    CAPTURE(known);
    CHECK(get(server, known).status == 200);
  }
  for (const char* const unknown : {"/dead-letters/99", "/dead-letters/e2", "/dead-letters/+1", "/dead-letters/%ZZ",
                                    "/dead-letters/notif-1", "/notifications/notif-e2", "/notifications/notif-"}) {
    CAPTURE(unknown);
    CHECK(get(server, unknown).status == 404);
  }
  CHECK(ask(server, raw_request("POST", "/dead-letters/notif-e1/replay", {{"X-API-Key", api_key}}, {})).status == 202);
}

TEST_CASE("a reason that there is not is refused with those that there are") {
  ServerUnderTest server;
  for (const char* const path : {"/dead-letters", "/dead-letters/summary", "/dead-letters/export"}) {
    const RawAnswer answer = get(server, std::string{path} + "?reason=typo");
    CHECK(answer.status == 400);
    CHECK(answer.body.contains("must be one of retries_exhausted, failed_for_good, "));
  }
}

TEST_CASE("a right that the database user lacks is named, and nobody is told to come back") {
  ServerUnderTest server;
  RepositoryError error{.kind = RepositoryError::Kind::refused, .detail = "user 'secret' of db.internal"};
  error.missing_right = "the database user lacks the right INSERT on the table 'replays'";
  server.dead_letters.fail_with(error);
  for (const auto& [target, body] : std::map<std::string, std::string>{
           {"/dead-letters/replay", R"({"all":true})"},
           {"/dead-letters/discard", R"({"all":true,"reason":"spam"})"},
           {"/dead-letters/1/replay", ""},
           {"/dead-letters/1/edit", R"({"payload":{"userId":"u","email":"a@example.com","username":"abc"}})"},
           {"/dead-letters/1/discard", R"({"reason":"spam"})"},
           {"/replays/1/cancel", ""}}) {
    CAPTURE(target);
    const RawAnswer answer = post(server, target, body);
    CHECK(answer.status == 500);
    CHECK(answer.header("retry-after").empty());
    CHECK(
        answer.body.starts_with(R"({"error":"Internal Server Error: the database user lacks the right INSERT on the table )"
                                R"('replays'; it has to be granted","code":"database_right_missing"})"));
  }
  for (const auto kind : {RepositoryError::Kind::refused, RepositoryError::Kind::unavailable}) {
    server.dead_letters.fail_with({.kind = kind, .detail = "read-only for a while"});
    const RawAnswer answer = post(server, "/dead-letters/replay", R"({"all":true})");
    CHECK(answer.status == 503);
    CHECK(answer.header("retry-after") == "1");
  }
}
