#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

TEST_CASE("The built executable answers every conformance case as it says") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder)};
  const auto cases = lines_of(NOTIFIER_CONFORMANCE_CASES);
  REQUIRE(cases.size() > 50);
  for (const std::string& line : cases) {
    const auto expected = boost::json::parse(line).as_object();
    INFO(std::string{expected.at("name").as_string()});
    const HttpAnswer answer = ingest(all.port(), std::string{expected.at("body").as_string()});
    CHECK(answer.status == expected.at("status").to_number<unsigned>());
    const auto body = boost::json::parse(answer.body).as_object();
    if (expected.contains("error")) {
      CHECK(body.at("error").as_string() == expected.at("error").as_string());
    } else {
      CHECK(body.at("status").as_string() == "QUEUED");
    }
  }
}

TEST_CASE("Only the right key opens the routes that need one") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder, {{"API_KEY", "old-key,test-key"}})};
  const auto status_with = [&](const std::string& key) {
    return http_request(all.port(), "POST", "/events/ingest", event_body(),
                        {{"Content-Type", "application/json"}, {"X-API-Key", key}})
        .status;
  };
  CHECK(status_with("test-key") == 202);
  CHECK(status_with("old-key") == 202);
  CHECK(status_with("wrong") == 401);
  CHECK(status_with("old-key,test-key") == 401);
  const HttpAnswer without = http_request(all.port(), "GET", "/notifications/x");
  CHECK(without.status == 401);
  CHECK(without.body == R"({"error":"Unauthorized: Invalid or missing API Key"})"
                        "\n");
}

TEST_CASE("Refused keys are logged with where they came from, a line a second at most, and never themselves") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder)};
  for (int i = 0; i < 200; ++i) {
    CHECK(http_request(all.port(), "GET", "/notifications/x", {}, {{"X-API-Key", "wrong-secret"}}).status == 401);
  }
  const std::string line = "a request was refused for its API key";
  REQUIRE(wait_until([&] { return lines_with(line, all.output()) > 0; }));
  REQUIRE(wait_until([&] {
    http_request(all.port(), "POST", "/events/ingest", event_body(), {});
    return lines_with("missing", all.output()) > 0;
  }));
  const std::string output = all.output();
  CHECK(lines_with(line, output) < 50);
  CHECK(output.contains("127.0.0.1"));
  CHECK(output.contains("/notifications/{eventId}"));
  CHECK_FALSE(output.contains("wrong-secret"));
}

TEST_CASE("Health tells that the process lives, readiness that broker and database do") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder)};
  const HttpAnswer health = http_request(all.port(), "GET", "/health");
  CHECK(health.status == 200);
  CHECK(health.body == R"({"status":"OK"})"
                       "\n");
  REQUIRE(wait_until([&] { return http_request(all.port(), "GET", "/health/ready").status == 200; }));
  const auto ready = boost::json::parse(http_request(all.port(), "GET", "/health/ready").body).as_object();
  CHECK(ready.at("broker").as_string() == "ready");
  CHECK(ready.at("database").as_string() == "ready");
}

TEST_CASE("An event that nobody posted is not found") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder)};
  CHECK(http_request(all.port(), "GET", "/notifications/nobody", {}, {{"X-API-Key", test_key}}).status == 404);
}
