#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <string>
#include <vector>

#include "support/dead_letters_under_test.hpp"
#include "support/http_receiver.hpp"
#include "support/sender_configuration.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

// What is kept, shown and sent is the client's own text, whatever the system runs on.

using namespace notifier::testing;

namespace {

enum class Backend { mysql, mariadb, embedded };

const std::string operator_key = "admin-key";

/// Keys in no order, and numbers that change when they are read and written again.
const std::string sent_payload =
    "{ \"zeta\":1,\"a\":1.10, \"serial\":12345678901234567890123,\"e\":1E2,\"text\":\"\\u00e4\\/\",\n"
    "\"userId\":\"u\",\"email\":\"ada@example.com\",\"username\":\"ada\" }";
const std::string edited_payload =
    R"({"username":"ada", "b":[ 2.50,1e1 ],"email":"mended@example.com","serial":98765432109876543210987,"userId":"u"})";

std::string body_with(const std::string& text) {
  return R"({"eventType":"user_signup","timestamp":"2023-10-27T10:00:00Z","payload":)" + text + "}";
}

/// `notifier all`, which posts what it is given to a receiver.
class WebhookSystem {
 public:
  WebhookSystem(Backend backend, const std::string& retries)
      : servers_{backend == Backend::embedded ? nullptr : std::make_unique<RealServers>(database_of(backend))},
        configuration_{webhook_table("crm", receiver) + route_table("crm", "crm")},
        all_{configuration_.arguments("all"), configuration_.settings(settings(retries))} {}

  std::uint16_t port() { return all_.port(); }

  HttpAnswer http(const std::string& method, const std::string& path, const std::string& body = {}) {
    return http_request(port(), method, path, body, {{"X-API-Key", operator_key}, {"Content-Type", "application/json"}});
  }

  DeadLettersUnderTest letters() const { return servers_ ? DeadLettersUnderTest{*servers_} : DeadLettersUnderTest{folder_}; }

  /// Waits for so many requests. All have the same id.
  std::vector<ReceivedRequest> requests(std::size_t count) {
    REQUIRE(wait_until([&] { return receiver.requests().size() >= count; }, std::chrono::seconds{60}));
    const auto all = receiver.requests();
    for (const ReceivedRequest& request : all) {
      CHECK(request.headers.at("webhook-id") == all.front().headers.at("webhook-id"));
    }
    return all;
  }

  /// As if its messages had been lost some time ago, and, if a payload is given, as if that were in its row.
  void lose(const std::string& id, const std::string& payload_of_row = {}) {
    const std::string payload_change = payload_of_row.empty() ? "" : ", payload = '" + payload_of_row + "'";
    if (!servers_) {
      change_embedded_rows(folder_,
                           "UPDATE notifications SET status = 'QUEUED', retries_from = attempt_count, updated_at = 0" +
                               payload_change + " WHERE event_id = '" + id + "'");
      return;
    }
    servers_->database().query(
        "UPDATE notifications SET status = 'QUEUED', retries_from = attempt_count, updated_at = '2023-10-27'" +
        payload_change + " WHERE event_id = '" + id + "'");
    servers_->database().query("REPLACE INTO watched_notifications (event_id, since) VALUES ('" + id + "', '2023-10-27')");
  }

  HttpReceiver receiver;

 private:
  static RealServers::Database database_of(Backend backend) {
    return backend == Backend::mysql ? RealServers::Database::mysql : RealServers::Database::mariadb;
  }

  Environment settings(const std::string& retries) const {
    const Environment changes{{"MAX_RETRIES", retries},
                              {"RETRY_DELAYS", "100ms"},
                              {"SEND_DEADLINE", "1s"},
                              {"API_KEYS", "operator:admin:" + operator_key}};
    return servers_ ? servers_->settings(changes) : embedded_settings(folder_, changes);
  }

  TemporaryFolder folder_;
  std::unique_ptr<RealServers> servers_;
  SenderConfiguration configuration_;
  NotifierProcess all_;
};

Backend every_backend() { return GENERATE(Backend::mysql, Backend::mariadb, Backend::embedded); }

void check_same_bytes(const std::vector<ReceivedRequest>& requests, const std::string& text) {
  for (const ReceivedRequest& request : requests) {
    CHECK(request.body.contains("\"data\":" + text + ","));
    CHECK(request.body == requests.front().body);
  }
}

std::string only_dead_letter(const DeadLettersUnderTest& letters) {
  REQUIRE(letters.await_dead(1));
  return std::to_string(letters.dead().front().id);
}

}  // namespace

TEST_CASE("A retry and a sweep send the payload byte for byte as it came") {
  WebhookSystem system{every_backend(), "1"};
  system.receiver.answer_with({.status = 500});
  const std::string id = accepted_event_id(system.port(), body_with(sent_payload));
  system.requests(1);
  system.receiver.answer_with({});
  static_cast<void>(await_status(system.port(), id, "SENT"));
  const std::size_t sent = system.receiver.requests().size();

  system.lose(id);
  check_same_bytes(system.requests(sent + 1), sent_payload);
  static_cast<void>(await_status(system.port(), id, "SENT"));
  CHECK(system.http("GET", "/notifications/" + id).body.contains("\"payload\":" + sent_payload + ","));
}

TEST_CASE("A replay sends the payload byte for byte as it came, and an edited one as it was written") {
  WebhookSystem system{every_backend(), "0"};
  system.receiver.answer_with({.status = 500});
  const std::string id = accepted_event_id(system.port(), body_with(sent_payload));
  const DeadLettersUnderTest letters = system.letters();
  const std::string dead_letter = only_dead_letter(letters);
  CHECK(system.http("GET", "/dead-letters/" + dead_letter).body.contains("\"payload\":" + sent_payload));

  CHECK(lines_with("", system.http("GET", "/dead-letters/export").body) == 1);

  REQUIRE(system.http("POST", "/dead-letters/" + dead_letter + "/replay").status == 202);
  check_same_bytes(system.requests(2), sent_payload);
  REQUIRE(wait_until([&] {
    const auto dead = letters.dead();
    return dead.size() == 1 && dead.front().deaths == 2;
  }));

  system.receiver.answer_with({});
  REQUIRE(system.http("POST", "/dead-letters/" + dead_letter + "/edit", "{ \"payload\": " + edited_payload + " }").status ==
          202);
  check_same_bytes({system.requests(3).back()}, edited_payload);
  static_cast<void>(await_status(system.port(), id, "SENT"));
  const std::string shown = system.http("GET", "/dead-letters/" + dead_letter).body;
  CHECK(shown.contains("\"payload\":" + edited_payload + ","));
  CHECK(shown.contains("\"originalPayload\":" + sent_payload + "}"));

  system.lose(id);
  check_same_bytes({system.requests(4).back()}, edited_payload);
}

TEST_CASE("A row whose payload is another than the event's own is sent, and is no mismatch with itself") {
  WebhookSystem system{every_backend(), "0"};
  const std::string changed = R"({"userId":"u","email":"ada@example.com","username":"ada","a":1.1000000000000001})";
  const std::string id = accepted_event_id(system.port(), body_with(sent_payload));
  static_cast<void>(await_status(system.port(), id, "SENT"));

  system.receiver.answer_with({.status = 500});
  system.lose(id, changed);
  check_same_bytes({system.requests(2).back()}, changed);
  static_cast<void>(await_status(system.port(), id, "FAILED_DLQ"));
  const DeadLettersUnderTest letters = system.letters();
  const std::string dead_letter = only_dead_letter(letters);
  CHECK(letters.dead().front().reason == "retries_exhausted");

  system.receiver.answer_with({});
  REQUIRE(system.http("POST", "/dead-letters/" + dead_letter + "/replay").status == 202);
  check_same_bytes({system.requests(3).back()}, changed);
  static_cast<void>(await_status(system.port(), id, "SENT"));
  CHECK(letters.await_dead(0));
}
