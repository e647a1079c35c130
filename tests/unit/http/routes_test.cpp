#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <stdexcept>

#include "domain/event_id.hpp"
#include "domain/event_schema.hpp"
#include "support/raw_http_client.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

using Headers = std::map<std::string, std::string>;

RawAnswer ask(const ServerUnderTest& server, const std::string& bytes) {
  RawHttpClient client{server.port()};
  client.send(bytes);
  return client.read_answer().value();
}

RawAnswer ingest_with(const ServerUnderTest& server, const Headers& more) {
  Headers headers{{"X-API-Key", api_key}, {"Content-Type", "application/json"}};
  for (const auto& [name, value] : more) headers[name] = value;
  return ask(server, raw_request("POST", "/events/ingest", headers, valid_event));
}

RawAnswer show(const ServerUnderTest& server, const std::string& event_id) {
  return ask(server, raw_request("GET", "/notifications/" + event_id, {{"X-API-Key", api_key}}));
}

std::string event_id_in(const RawAnswer& answer) {
  return std::string{boost::json::parse(answer.body).at("eventId").as_string()};
}

}  // namespace

TEST_CASE("an accepted event is published, and its id told") {
  ServerUnderTest server;
  const RawAnswer answer = ask(server, ingest_request());

  REQUIRE(server.broker.published_count() == 1);
  const Message message = server.broker.published().front();
  CHECK(answer.status == 202);
  CHECK(answer.body == R"({"message":"Event accepted","eventId":")" + message.event_id +
                           R"(","status":"QUEUED"})"
                           "\n");
  CHECK(answer.header("content-type") == "application/json");
  CHECK(answer.header("connection").empty());
  CHECK_FALSE(answer.header("date").empty());
  CHECK(message.event_type == "user_signup");
  CHECK(message.attempt == 0U);
  CHECK(message.traceparent.empty());
  const auto queued = parse_queued_event(message.body);
  REQUIRE(queued.has_value());
  CHECK(queued->event.id == message.event_id);
  CHECK(queued->event.recipient.email == "user@example.com");
}

TEST_CASE("each request gets an event id of its own, one with an Idempotency-Key always the same") {
  ServerUnderTest server;
  CHECK(event_id_in(ingest_with(server, {})) != event_id_in(ingest_with(server, {})));
  const std::string first = event_id_in(ingest_with(server, {{"Idempotency-Key", "order 4711"}}));
  CHECK(first == event_id_in(ingest_with(server, {{"idempotency-key", "order 4711"}})));
  CHECK(first == event_id_from({.key = "order 4711"}));
  CHECK(first != event_id_in(ingest_with(server, {{"Idempotency-Key", "order 4712"}})));
}

TEST_CASE("an Idempotency-Key is the client's own, whichever of its keys it uses") {
  ServerUnderTest server;
  const auto id_with = [&](const char* key) {
    return event_id_in(ingest_with(server, {{"Idempotency-Key", "order 4711"}, {"X-API-Key", key}}));
  };
  CHECK(id_with("the-old-key") == id_with(api_key));
  CHECK(id_with(ingest_key) != id_with(api_key));
  CHECK(id_with(ingest_key) == event_id_from({.client = "shop", .key = "order 4711"}));
}

TEST_CASE("an Idempotency-Key that is none is refused") {
  ServerUnderTest server;
  CHECK(ingest_with(server, {{"Idempotency-Key", std::string(255, 'k')}}).status == 202);
  CHECK(ingest_with(server, {{"Idempotency-Key", std::string(256, 'k')}}).status == 400);
  CHECK(ingest_with(server, {{"Idempotency-Key", ""}}).status == 400);
  CHECK(ingest_with(server, {{"Idempotency-Key", "k\xc3\xa9y"}}).status == 400);
  CHECK(ingest_with(server, {{"Idempotency-Key", "a"}, {"idempotency-key", "a"}}).status == 400);
  CHECK(server.broker.published_count() == 1);
}

TEST_CASE("a well-formed traceparent travels with the message, another does not") {
  ServerUnderTest server;
  const std::string traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  CHECK(ingest_with(server, {{"traceparent", traceparent}}).status == 202);
  CHECK(ingest_with(server, {{"traceparent", "00-zz"}}).status == 202);
  CHECK(server.broker.published().at(0).traceparent == traceparent);
  CHECK(server.broker.published().at(1).traceparent.empty());
}

TEST_CASE("a wrong, missing or repeated key is answered alike, before anything else is looked at") {
  ServerUnderTest server;
  const std::string key_headers =
      GENERATE(as<std::string>{}, "", "X-API-Key: wrong\r\n", "X-API-Key:\r\n",
               "X-API-Key: the-right-key\r\nX-API-Key: the-right-key\r\n", "X-API-Key: the-right-key, the-right-key\r\n",
               "Authorization: the-right-key\r\n");
  CAPTURE(key_headers);
  const std::string routes = GENERATE(as<std::string>{}, "POST /events/ingest", "GET /notifications/abc");
  const RawAnswer answer = ask(server, routes + " HTTP/1.1\r\nHost: a\r\n" + key_headers + "\r\n");
  CHECK(answer.status == 401);
  CHECK(answer.body == R"({"error":"Unauthorized: Invalid or missing API Key"})"
                       "\n");
  CHECK(server.broker.published_count() == 0);
}

TEST_CASE("no cache may keep what is read with a key") {
  ServerUnderTest server;
  for (const char* target :
       {"/notifications", "/notifications/abc", "/notifications/summary", "/dead-letters", "/dead-letters/1",
        "/dead-letters/export", "/dead-letters/summary", "/replays/1", "/replays/1/items"}) {
    for (const char* method : {"GET", "HEAD"}) {
      CAPTURE(method, target);
      RawHttpClient client{server.port()};
      client.send(raw_request(method, target, {{"X-API-Key", read_key}}));
      CHECK(client.read_answer_without_body().value().header("cache-control") == "no-store");
    }
  }
  CHECK(ask(server, raw_request("POST", "/dead-letters/1/replay", {{"X-API-Key", api_key}})).header("cache-control") ==
        "no-store");
}

TEST_CASE("a key opens what its roles are for, and the answer says which role is missing") {
  ServerUnderTest server;
  const auto read_with = [&](const char* key) {
    return ask(server, raw_request("GET", "/notifications/x", {{"X-API-Key", key}}, {}));
  };
  CHECK(read_with(read_key).status == 404);
  const RawAnswer refused = read_with(ingest_key);
  CHECK(refused.status == 403);
  CHECK(refused.body == R"({"error":"Forbidden: this API key lacks the role 'read'","code":"forbidden"})"
                        "\n");
  CHECK(ingest_with(server, {{"X-API-Key", ingest_key}}).status == 202);
  CHECK(ingest_with(server, {{"X-API-Key", read_key}}).status == 403);
}

TEST_CASE("each of the keys is good") {
  ServerUnderTest server;
  CHECK(ingest_with(server, {{"X-API-Key", "the-old-key"}}).status == 202);
  CHECK(ingest_with(server, {{"X-API-Key", "the-right-key"}}).status == 202);
}

TEST_CASE("a body that is encoded is refused with what is taken") {
  ServerUnderTest server;
  for (const char* target : {"/events/ingest", "/events/ingest/batch", "/dead-letters/replay", "/dead-letters/1/edit"}) {
    for (const char* fields : {"Content-Encoding: gzip", "content-encoding: BR", "Content-Encoding: identity, gzip",
                               "Content-Encoding: identity\r\nContent-Encoding: deflate"}) {
      CAPTURE(target, fields);
      const RawAnswer answer =
          ask(server, "POST " + std::string{target} +
                          " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-API-Key: " + api_key + "\r\n" +
                          fields + "\r\nContent-Length: 2\r\n\r\n{}");
      CHECK(answer.status == 415);
      CHECK(answer.header("accept-encoding") == "identity");
      CHECK(answer.body == R"({"error":"Unsupported Media Type: the body must have no Content-Encoding",)"
                           R"("code":"unsupported_media_type"})"
                           "\n");
    }
  }
  CHECK(ingest_with(server, {{"Content-Encoding", "Identity"}}).status == 202);
  CHECK(ingest_with(server, {{"Content-Encoding", ""}}).status == 202);
  const RawAnswer wrong_type = ingest_with(server, {{"Content-Type", "text/plain"}});
  CHECK(wrong_type.header("accept-encoding").empty());
}

TEST_CASE("only JSON is taken") {
  ServerUnderTest server;
  const auto status_with = [&](const std::string& type) { return ingest_with(server, {{"Content-Type", type}}).status; };
  CHECK(status_with("application/json") == 202);
  CHECK(status_with("application/json; charset=utf-8") == 202);
  CHECK(status_with("Application/JSON;charset=UTF-8") == 202);
  CHECK(status_with("text/plain") == 415);
  CHECK(status_with("application/jsonp") == 415);
  CHECK(status_with("application/json, text/plain") == 415);
  CHECK(status_with("application/json text") == 415);
  CHECK(status_with("") == 415);
  const RawAnswer none = ask(server, raw_request("POST", "/events/ingest", {{"X-API-Key", api_key}}, valid_event));
  CHECK(none.status == 415);
  CHECK(none.body ==
        R"({"error":"Unsupported Media Type: the Content-Type must be application/json","code":"unsupported_media_type"})"
        "\n");
}

TEST_CASE("an invalid event is told what is wrong with it") {
  ServerUnderTest server;
  const RawAnswer missing = ask(server, ingest_request(R"({"timestamp":"2023-10-27T10:00:00Z"})"));
  CHECK(missing.status == 400);
  CHECK(missing.body == R"({"error":"Invalid Request: \"eventType\" is required"})"
                        "\n");
  const std::string broken = GENERATE(as<std::string>{}, "", "{", "nonsense", "{\"eventType\":\"\xff\"}", "[]");
  const RawAnswer answer = ask(server, ingest_request(broken));
  CHECK(answer.status == 400);
  CHECK(std::string{boost::json::parse(answer.body).at("error").as_string()}.starts_with("Invalid Request: "));
  CHECK(server.broker.published_count() == 0);
}

TEST_CASE("an event that the broker did not confirm is answered 503, to be repeated later") {
  ServerUnderTest server;
  const PublishError error =
      GENERATE(PublishError::unavailable, PublishError::overloaded, PublishError::refused, PublishError::unconfirmed);
  server.broker.fail_with(error);
  const RawAnswer answer = ask(server, ingest_request());
  CHECK(answer.status == 503);
  CHECK(answer.header("retry-after") == "1");
  CHECK(answer.body.starts_with(R"({"error":"Service Unavailable: )"));
  CHECK(answer.body.contains("may have been accepted") == (error == PublishError::unconfirmed));
}

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

TEST_CASE("an exception in a handler is a 500, and the connection goes on") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  server.broker.throw_on_publish();
  client.send(ingest_request());
  const RawAnswer answer = client.read_answer().value();
  CHECK(answer.status == 500);
  CHECK(answer.body == R"({"error":"Internal Server Error"})"
                       "\n");
  client.send(raw_request("GET", "/health"));
  CHECK(client.read_answer().value().status == 200);
}

TEST_CASE("without a broker or a database their routes say so") {
  HttpServices services{.readiness = [] { return Readiness{.ready = true}; },
                        .api_keys = {{.name = "test", .roles = {Role::admin}, .key = api_key}}};
  const auto server = start_http_server({.host = "127.0.0.1"}, std::move(services)).value();
  RawHttpClient client{server->port()};
  client.send(ingest_request());
  CHECK(client.read_answer().value().status == 404);
  for (const http::HttpRoute& route : http::routes()) {
    CAPTURE(route.method, route.path);
    std::string path{route.path};
    if (const std::size_t begin = path.find('{'); begin != std::string::npos) {
      path.replace(begin, path.find('}') + 1 - begin, "1");
    }
    client.send(raw_request(route.method, path, {{"X-API-Key", api_key}}));
    const unsigned status = client.read_answer().value().status;
    CHECK(status == (!route.role ? 200 : *route.role == Role::ingest ? 404 : 503));
  }
}

TEST_CASE("health needs no key and tells nothing but that the process lives") {
  ServerUnderTest server;
  const RawAnswer answer = ask(server, raw_request("GET", "/health"));
  CHECK(answer.status == 200);
  CHECK(answer.body == R"({"status":"OK"})"
                       "\n");
}

TEST_CASE("readiness tells the state of each part") {
  ServerUnderTest server;
  const RawAnswer ready = ask(server, raw_request("GET", "/health/ready"));
  CHECK(ready.status == 200);
  CHECK(ready.body == R"({"status":"ready","broker":"ready","database":"ready"})"
                      "\n");
  server.set_readiness({.ready = false, .broker = {"broker", "connecting"}, .database = {"database", "not configured"}});
  const RawAnswer not_ready = ask(server, raw_request("GET", "/health/ready"));
  CHECK(not_ready.status == 503);
  CHECK(not_ready.body == R"({"status":"not ready","broker":"connecting","database":"not configured"})"
                          "\n");
}

TEST_CASE("readiness shows the senders that have a name") {
  ServerUnderTest server;
  server.set_readiness({.ready = true,
                        .broker = {"broker", "ready"},
                        .database = {"database", "ready"},
                        .senders = {{"mail", "closed"}, {"crm", "open"}}});
  const RawAnswer answer = ask(server, raw_request("GET", "/health/ready"));
  CHECK(answer.status == 200);
  CHECK(answer.body == R"({"status":"ready","broker":"ready","database":"ready","senders":{"mail":"closed","crm":"open"}})"
                       "\n");
}

TEST_CASE("readiness tells of a circuit that is not closed how its destination fares, and not in what words") {
  ServerUnderTest server;
  const std::chrono::sys_seconds since{std::chrono::seconds{1'700'000'000}};
  server.set_readiness(
      {.ready = true,
       .broker = {"broker", "ready"},
       .database = {"database", "ready"},
       .senders = {
           {"mail", "closed"},
           {"crm", "open", OpenCircuit{.failures = 12, .since = since, .next_try = since + std::chrono::seconds{30}}}}});
  CHECK(
      ask(server, raw_request("GET", "/health/ready")).body ==
      R"({"status":"ready","broker":"ready","database":"ready","senders":{"mail":"closed","crm":"open"},)"
      R"("openCircuits":{"crm":{"failures":12,"since":"2023-11-14T22:13:20.000Z","nextTryAt":"2023-11-14T22:13:50.000Z"}}})"
      "\n");
}

TEST_CASE("unknown paths and methods are answered in JSON") {
  ServerUnderTest server;
  const RawAnswer path = ask(server, raw_request("GET", "/nowhere"));
  CHECK(path.status == 404);
  CHECK(path.body == R"({"error":"Not Found: there is no such path","code":"not_found"})"
                     "\n");
  const RawAnswer method = ask(server, raw_request("GET", "/events/ingest"));
  CHECK(method.status == 405);
  CHECK(method.header("allow") == "POST");
  CHECK(method.body == R"({"error":"Method Not Allowed: this path answers POST only","code":"method_not_allowed"})"
                       "\n");
}

TEST_CASE("ids that no dead letter has, or one that is not dead, are named in the answer") {
  ServerUnderTest server;
  const auto post = [&](const std::string& target, const std::string& body) {
    return ask(server, raw_request("POST", target, {{"X-API-Key", api_key}, {"Content-Type", "application/json"}}, body));
  };
  const std::string unknown = R"([{"id":99,"error":"there is no such dead letter"},)"
                              R"({"id":"e2","error":"there is no such dead letter"}])";
  const std::string ids = R"({"ids":[1,99,"e2","notif-e1"])";
  const RawAnswer replayed = post("/dead-letters/replay", ids + "}");
  CHECK(replayed.status == 202);
  CHECK(replayed.body.starts_with(R"({"replayId":1,"total":0,"notReplayed":)" + unknown + "}"));
  CHECK(post("/dead-letters/replay", ids + R"(,"dryRun":true})").body.contains(R"(,"notReplayed":)" + unknown + "}"));
  const std::string discarded = post("/dead-letters/discard", ids + R"(,"reason":"spam"})").body;
  CHECK(discarded.starts_with(R"({"discarded":1,"notDiscarded":)" + unknown + "}"));
  CHECK(post("/dead-letters/replay", R"({"ids":[1]})").body.starts_with(R"({"replayId":1,"total":0})"));
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
    CHECK(ask(server, raw_request("GET", known, {{"X-API-Key", api_key}}, {})).status == 200);
  }
  for (const char* const unknown : {"/dead-letters/99", "/dead-letters/e2", "/dead-letters/+1", "/dead-letters/%ZZ",
                                    "/dead-letters/notif-1", "/notifications/notif-e2", "/notifications/notif-"}) {
    CAPTURE(unknown);
    CHECK(ask(server, raw_request("GET", unknown, {{"X-API-Key", api_key}}, {})).status == 404);
  }
  CHECK(ask(server, raw_request("POST", "/dead-letters/notif-e1/replay", {{"X-API-Key", api_key}}, {})).status == 202);
}

TEST_CASE("a reason that there is not is refused with those that there are") {
  ServerUnderTest server;
  for (const char* const path : {"/dead-letters", "/dead-letters/summary", "/dead-letters/export"}) {
    const RawAnswer answer =
        ask(server, raw_request("GET", std::string{path} + "?reason=typo", {{"X-API-Key", api_key}}, {}));
    CHECK(answer.status == 400);
    CHECK(answer.body.contains("must be one of retries_exhausted, failed_for_good, "));
  }
}

TEST_CASE("a right that the database user lacks is named, and nobody is told to come back") {
  ServerUnderTest server;
  const auto post = [&](const std::string& target, const std::string& body) {
    return ask(server, raw_request("POST", target, {{"X-API-Key", api_key}, {"Content-Type", "application/json"}}, body));
  };
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
    const RawAnswer answer = post(target, body);
    CHECK(answer.status == 500);
    CHECK(answer.header("retry-after").empty());
    CHECK(
        answer.body.starts_with(R"({"error":"Internal Server Error: the database user lacks the right INSERT on the table )"
                                R"('replays'; it has to be granted","code":"database_right_missing"})"));
  }
  for (const auto kind : {RepositoryError::Kind::refused, RepositoryError::Kind::unavailable}) {
    server.dead_letters.fail_with({.kind = kind, .detail = "read-only for a while"});
    const RawAnswer answer = post("/dead-letters/replay", R"({"all":true})");
    CHECK(answer.status == 503);
    CHECK(answer.header("retry-after") == "1");
  }
}

TEST_CASE("work that fails beside the sending is shown, and the process is ready all the same") {
  ServerUnderTest server;
  server.set_readiness({.ready = true,
                        .broker = {"broker", "ready"},
                        .database = {"database", "ready"},
                        .housekeeping = {{.name = "retention", .words = "fails: no right"}}});
  const RawAnswer answer = ask(server, raw_request("GET", "/health/ready"));
  CHECK(answer.status == 200);
  CHECK(answer.body.starts_with(R"({"status":"ready","broker":"ready","database":"ready",)"
                                R"("housekeeping":{"retention":"fails: no right"}})"));
}
