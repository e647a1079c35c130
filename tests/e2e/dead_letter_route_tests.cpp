#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <set>
#include <sstream>
#include <string>

#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

const std::string admin_key = "admin-key";

const Environment with_keys{
    {"MAX_RETRIES", "1"}, {"RETRY_DELAYS", "50ms"}, {"API_KEYS", "support:read:read-key,operator:admin:" + admin_key}};

/// `notifier all` on real servers or on the embedded default.
class System {
 public:
  explicit System(bool embedded)
      : servers_{embedded ? nullptr : std::make_unique<RealServers>()},
        all_{{"all"}, embedded ? embedded_settings(folder_, with_keys) : servers_->settings(with_keys)} {
    REQUIRE(becomes_ready(all_));
  }

  std::uint16_t port() { return all_.port(); }

  boost::json::value get(const std::string& path) {
    const HttpAnswer answer = http_request(port(), "GET", path, {}, {{"X-API-Key", "read-key"}});
    INFO(path << ": " << answer.body);
    REQUIRE(answer.status == 200);
    return boost::json::parse(answer.body);
  }

  HttpAnswer post(const std::string& path, const std::string& body = {}, const std::string& key = admin_key) {
    return http_request(port(), "POST", path, body, {{"X-API-Key", key}, {"Content-Type", "application/json"}});
  }

  std::uint64_t total_dead() { return get("/dead-letters/summary").at("total").to_number<std::uint64_t>(); }

  bool await_dead(std::uint64_t count) {
    return wait_until([&] { return total_dead() == count; }, std::chrono::seconds{30});
  }

  void await_end(const HttpAnswer& started) {
    INFO(started.body);
    REQUIRE(started.status == 202);
    const std::string path =
        "/replays/" + std::to_string(boost::json::parse(started.body).at("replayId").to_number<std::uint64_t>());
    REQUIRE(wait_until(
        [&] {
          const auto replay = get(path);
          const auto count = [&](const char* of) { return replay.at(of).to_number<std::uint64_t>(); };
          return replay.at("state").as_string() == "DONE" && count("pending") + count("underWay") == 0;
        },
        std::chrono::seconds{30}));
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<RealServers> servers_;
  NotifierProcess all_;
};

void make_dead_letters(System& system, int failing, int mismatching) {
  for (int i = 0; i < failing; ++i) {
    static_cast<void>(accepted_event_id(system.port(), event_body("fail" + std::to_string(i) + "@example.com")));
  }
  for (int i = 0; i < mismatching; ++i) {
    const std::map<std::string, std::string> key{{"Idempotency-Key", std::to_string(i)}};
    static_cast<void>(await_status(system.port(), accepted_event_id(system.port(), event_body(), key), "SENT"));
    static_cast<void>(accepted_event_id(system.port(), event_body("other@example.com"), key));
  }
  REQUIRE(system.await_dead(static_cast<std::uint64_t>(failing + mismatching)));
}

std::set<std::uint64_t> ids_page_by_page(System& system, const std::string& path) {
  std::set<std::uint64_t> ids;
  std::string cursor;
  do {
    const auto page = system.get(path + "&limit=4" + (cursor.empty() ? "" : "&cursor=" + cursor));
    for (const auto& dead : page.at("deadLetters").as_array()) {
      CHECK(ids.insert(dead.at("id").to_number<std::uint64_t>()).second);
    }
    cursor = page.at("nextCursor").is_null() ? "" : page.at("nextCursor").as_string().c_str();
  } while (!cursor.empty());
  return ids;
}

}  // namespace

TEST_CASE("Dead letters are listed, grouped, filtered and shown over HTTP") {
  System system{GENERATE(false, true)};
  make_dead_letters(system, 10, 2);

  CHECK(ids_page_by_page(system, "/dead-letters?state=DEAD").size() == 12);
  CHECK(ids_page_by_page(system, "/dead-letters?reason=retries_exhausted").size() == 10);
  CHECK(ids_page_by_page(system, "/dead-letters?error=another%20type").size() == 2);
  CHECK(ids_page_by_page(system, "/dead-letters?eventType=other").empty());
  CHECK(ids_page_by_page(system, "/dead-letters?since=2199-01-01").empty());
  CHECK(ids_page_by_page(system, "/dead-letters?until=2199-01-01&since=2020-01-01").size() == 12);
  CHECK(system.get("/dead-letters/summary").at("groups").as_array().size() == 2);

  const auto failed = *ids_page_by_page(system, "/dead-letters?reason=retries_exhausted").begin();
  const auto shown = system.get("/dead-letters/" + std::to_string(failed));
  CHECK(shown.at("ofNotification").as_bool());
  CHECK(shown.at("attempts").as_array().size() == 2);
  CHECK(shown.at("payload").at("email").as_string().starts_with("fail"));
  CHECK(shown.at("headers").at("x-dead-letter-reason").as_string() == "retries_exhausted");
  const auto mismatching = *ids_page_by_page(system, "/dead-letters?reason=payload_mismatch").begin();
  const auto body = system.get("/dead-letters/" + std::to_string(mismatching)).at("body").as_string();
  CHECK(std::string_view{body}.contains("other@example.com"));

  const HttpAnswer exported =
      http_request(system.port(), "GET", "/dead-letters/export?limit=1000", {}, {{"X-API-Key", "read-key"}});
  CHECK(exported.status == 200);
  std::istringstream lines{exported.body};
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    CHECK(boost::json::parse(line).as_object().contains("attempts"));
  CHECK(count == 12);
}

TEST_CASE("Dead letters are replayed, edited and discarded over HTTP by those who may") {
  System system{GENERATE(false, true)};
  make_dead_letters(system, 6, 1);

  const std::string failing = R"({"filter":{"reason":"retries_exhausted"})";
  CHECK(system.post("/dead-letters/replay", failing + "}", "read-key").status == 403);
  const HttpAnswer dry = system.post("/dead-letters/replay", failing + R"(,"dryRun":true})");
  CHECK(dry.status == 200);
  CHECK(boost::json::parse(dry.body).at("count").to_number<int>() == 6);
  CHECK(boost::json::parse(dry.body).at("sample").as_array().size() == 5);
  system.await_end(system.post("/dead-letters/replay", failing + R"(,"rate":50})"));
  CHECK(system.total_dead() == 7);

  const auto list = system.get("/dead-letters?reason=retries_exhausted");
  const auto& first = list.at("deadLetters").at(0).as_object();
  CHECK(first.at("deaths").to_number<int>() == 2);
  CHECK(first.at("attemptCount").to_number<int>() == 4);
  const std::string path = "/dead-letters/" + std::to_string(first.at("id").to_number<std::uint64_t>());
  const HttpAnswer wrong = system.post(path + "/edit", R"({"payload":{"userId":"u","email":"none","username":"abc"}})");
  CHECK(wrong.status == 400);
  CHECK(wrong.body.contains("email"));
  system.await_end(
      system.post(path + "/edit", R"({"payload":{"userId":"u","email":"mended@example.com","username":"abc"}})"));
  static_cast<void>(await_status(system.port(), std::string{first.at("eventId").as_string()}, "SENT"));
  CHECK(system.post(path + "/replay").status == 409);
  CHECK(system.get(path).at("originalPayload").at("email").as_string().starts_with("fail"));

  const auto second = system.get("/dead-letters?reason=payload_mismatch").at("deadLetters").at(0);
  const std::string other = "/dead-letters/" + std::to_string(second.at("id").to_number<std::uint64_t>());
  CHECK(system.post(other + "/discard", "{}").status == 400);
  CHECK(system.post(other + "/discard", R"({"reason":"a mistake"})").body == R"({"discarded":1})"
                                                                             "\n");
  CHECK(system.post(other + "/discard", R"({"reason":"a mistake"})").status == 409);
  CHECK(system.get(other).at("discardReason").as_string() == "a mistake");
  CHECK(system.get(other).at("closedBy").as_string() == "operator");
  CHECK(system.post("/dead-letters/discard", R"({"all":true,"reason":"enough"})").body == R"({"discarded":5})"
                                                                                          "\n");
  CHECK(system.total_dead() == 0);
}

TEST_CASE("What is asked wrongly about dead letters is refused with a sentence") {
  System system{true};
  static_cast<void>(accepted_event_id(system.port(), event_body()));
  for (const char* body :
       {"", "[]", "{}", R"({"all":false})", R"({"all":true,"ids":[1]})", R"({"ids":[]})", R"({"ids":[""]})",
        R"({"filter":{"reason":"typo"}})", R"({"filter":{}})", R"({"filter":{"colour":"red"}})", R"({"all":true,"rate":-1})",
        R"({"all":true,"more":1})", R"({"filter":{"since":"yesterday"}})"}) {
    CAPTURE(body);
    const HttpAnswer answer = system.post("/dead-letters/replay", body);
    CHECK(answer.status == 400);
    CHECK(answer.body.contains("Invalid Request: "));
  }
  for (const char* query :
       {"state=dead", "limit=0", "limit=1001", "cursor=x", "colour=red", "since=x", "reason=", "reason=typo"}) {
    CAPTURE(query);
    const auto answer =
        http_request(system.port(), "GET", std::string{"/dead-letters?"} + query, {}, {{"X-API-Key", admin_key}});
    CHECK(answer.status == 400);
  }
  for (const char* path : {"/dead-letters/4711", "/dead-letters/x", "/replays/4711", "/replays/-1"}) {
    CAPTURE(path);
    CHECK(http_request(system.port(), "GET", path, {}, {{"X-API-Key", admin_key}}).status == 404);
  }
  CHECK(system.post("/replays/4711/cancel").status == 404);
}
