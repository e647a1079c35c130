#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "domain/event_id.hpp"
#include "domain/event_schema.hpp"
#include "support/raw_http_client.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

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
