#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "support/raw_http_client.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

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
