#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fault/kit/holdings.hpp"
#include "support/notifier_process.hpp"
#include "support/raw_http_client.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

const std::string post = "POST /events/ingest HTTP/1.1\r\n";
const std::string host = "Host: localhost\r\n";
const std::string key = "X-API-Key: " + test_key + "\r\nContent-Type: application/json\r\n";

/// A proper request. Behind a request whose end is in doubt it must never be handled.
std::string smuggled() {
  return raw_request("POST", "/events/ingest", {{"X-API-Key", test_key}, {"Content-Type", "application/json"}},
                     event_body());
}

/// A request whose header ends with `framing`, and whose body is that of a valid event.
std::string framed_by(const std::string& framing) { return post + host + key + framing + "\r\n" + event_body(); }

std::string length_of_event() { return std::to_string(event_body().size()); }

std::string chunked_event() {
  std::string size(1, "0123456789abcdef"[event_body().size() % 16]);
  size.insert(0, 1, "0123456789abcdef"[event_body().size() / 16]);
  return size + "\r\n" + event_body() + "\r\n0\r\n\r\n";
}

/// Forms on whose end two readers may disagree.
std::vector<std::pair<std::string, std::string>> doubtful_requests() {
  const std::string length = "Content-Length: " + length_of_event() + "\r\n";
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  return {
      {"Content-Length and Transfer-Encoding", framed_by(length + chunked)},
      {"Transfer-Encoding and Content-Length", framed_by(chunked + length)},
      {"two different Content-Lengths", framed_by(length + "Content-Length: 3\r\n")},
      {"two equal Content-Lengths", framed_by(length + length)},
      {"a list of Content-Lengths", framed_by("Content-Length: " + length_of_event() + ", " + length_of_event() + "\r\n")},
      {"a Content-Length with a sign", framed_by("Content-Length: +" + length_of_event() + "\r\n")},
      {"a Content-Length in hexadecimal", framed_by("Content-Length: 0x10\r\n")},
      {"Transfer-Encoding twice", framed_by(chunked + chunked)},
      {"chunked twice in one", framed_by("Transfer-Encoding: chunked, chunked\r\n")},
      {"an unknown coding", framed_by("Transfer-Encoding: gzip\r\n")},
      {"an unknown coding and a length", framed_by("Transfer-Encoding: gzip\r\n" + length)},
      {"a coding that ends like chunked", framed_by("Transfer-Encoding: xchunked\r\n")},
      {"chunked over HTTP/1.0", "POST /events/ingest HTTP/1.0\r\n" + host + key + chunked + "\r\n" + chunked_event()},
      {"a space before the colon", framed_by("Content-Length : " + length_of_event() + "\r\n")},
      {"a folded header", framed_by("X-Folded: a\r\n b\r\n" + length)},
      {"a bare line feed", framed_by("X-Bare: a\n" + length)},
      {"a control character", framed_by(std::string{"X-Control: a\x01"} + "b\r\n" + length)},
      {"two Hosts", framed_by(host + length)},
      {"no Host", post + key + length + "\r\n" + event_body()},
      {"a header beyond the limit", framed_by("X-Long: " + std::string(20'000, 'x') + "\r\n" + length)}};
}

std::string with_payload(const std::string& more) {
  std::string body = event_body();
  return body.insert(body.find(R"("userId")"), more + ",");
}

/// `json` as it stands in the document.
std::string with_username(const std::string& json) {
  std::string body = event_body();
  const std::string name = "testuser";
  return body.replace(body.find(name), name.size(), json);
}

std::vector<std::pair<std::string, std::string>> hostile_bodies() {
  return {{"a hundred thousand levels", with_payload(R"("deep":)" + std::string(100'000, '['))},
          {"33 levels", with_payload(R"("deep":)" + std::string(33, '[') + std::string(33, ']'))},
          {"a key twice", with_payload(R"("a":1,"a":2)")},
          {"a number that is not finite in a double", with_payload(R"("a":1e400)")},
          {"a lone surrogate", with_payload(R"("a":"\ud800")")},
          {"an overlong encoding", with_payload("\"a\":\"\xc0\xaf\"")},
          {"bytes that are no UTF-8", with_payload("\"a\":\"\xff\xfe\"")},
          {"NUL in a name", with_username(R"(abc\u0000def)")},
          {"a control character in a string", with_payload("\"a\":\"\x01\"")},
          {"two documents", event_body() + event_body()},
          {"nothing", ""},
          {"no JSON", "eventType=user_signup"}};
}

}  // namespace

TEST_CASE("#27 What follows a request whose end is in doubt is never handled") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder)};
  REQUIRE(wait_until([&] { return http_request(all.port(), "GET", "/health/ready").status == 200; }));
  const std::uint16_t port = all.port();
  for (const auto& [name, request] : doubtful_requests()) {
    INFO(name);
    RawHttpClient client{port};
    client.send(request + smuggled());
    const auto answer = client.read_answer();
    REQUIRE(answer);
    CHECK((answer->status == 400 || answer->status == 413 || answer->status == 431 || answer->status == 501));
    CHECK(answer->header("connection") == "close");
    CHECK_FALSE(client.read_answer());
  }
  CHECK(all.is_running());
  const Holdings holdings = holdings_of(folder);
  CHECK(holdings.is_quiet());
  CHECK(holdings.statuses.empty());
}

TEST_CASE("#28 Hostile JSON is refused, and the process goes on") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder)};
  REQUIRE(wait_until([&] { return http_request(all.port(), "GET", "/health/ready").status == 200; }));
  for (const auto& [name, body] : hostile_bodies()) {
    INFO(name);
    const HttpAnswer answer = ingest(all.port(), body);
    CHECK(answer.status == 400);
    CHECK(answer.body.starts_with(R"({"error":)"));
  }
  CHECK(all.is_running());
  const Holdings holdings = holdings_of(folder);
  CHECK(holdings.is_quiet());
  CHECK(holdings.statuses.empty());
}

TEST_CASE("#30 SQL and terminal controls in every field are stored as they are, and the log stays one line an entry") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  NotifierProcess consume{{"consume"}, servers.settings()};
  const std::string nasty = R"(x'); DROP TABLE notifications; -- \\ \" \n\u001b[31m)";
  const std::string body = R"({"eventType":")" + nasty + R"(","timestamp":"2023-10-27T10:00:00Z","payload":{"userId":")" +
                           nasty + R"(","email":"fail@example.com","username":"testuser","note":")" + nasty + R"("}})";
  const std::string id = accepted_event_id(api.port(), body);
  const auto row = await_status(api.port(), id, "FAILED_DLQ");
  const std::string value = "x'); DROP TABLE notifications; -- \\ \" \n\x1b[31m";
  CHECK(row.at("eventType").as_string() == value);
  CHECK(row.at("payload").at("note").as_string() == value);
  for (const std::string& log : {api.output(), consume.output()}) {
    CHECK_FALSE(log.contains('\x1b'));
    std::size_t begin = 0;
    for (auto end = log.find('\n'); end != std::string::npos; begin = end + 1, end = log.find('\n', begin))
      CHECK(log[begin] == '{');
  }
}
