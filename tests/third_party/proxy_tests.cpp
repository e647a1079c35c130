#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

#include "support/raw_http_client.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"
#include "third_party/reverse_proxy.hpp"

using namespace notifier::testing;

// What clients say to the API behind each of the proxies, with keep-alive on both sides.

namespace {

const std::map<std::string, std::string> headers{{"Content-Type", "application/json"}, {"X-API-Key", test_key}};

/// The embedded default behind a proxy that knows of a second API, which is down.
class ApiBehindProxy {
 public:
  explicit ApiBehindProxy(ProxyKind kind, const Environment& changes = {})
      : api_{{"all"}, embedded_settings(folder_, changes)}, proxy_{kind, api_.port(), free_port()} {}

  [[nodiscard]] std::uint16_t api_port() { return api_.port(); }
  [[nodiscard]] std::uint16_t port() const { return proxy_.port(); }
  [[nodiscard]] std::string log() const { return proxy_.log(); }

 private:
  TemporaryFolder folder_;
  NotifierProcess api_;
  ReverseProxy proxy_;
};

unsigned status_of(RawHttpClient& client, const std::string& request) {
  client.send(request);
  const auto answer = client.read_answer();
  return answer ? answer->status : 0;
}

std::string event_of_size(std::size_t bytes) { return event_body("user@example.com", std::string(bytes, 'x')); }

std::string in_chunks(const std::string& body, std::size_t chunk_size) {
  std::ostringstream chunks;
  for (std::size_t at = 0; at < body.size(); at += chunk_size) {
    const std::string chunk = body.substr(at, chunk_size);
    chunks << std::hex << chunk.size() << "\r\n" << chunk << "\r\n";
  }
  chunks << "0\r\n\r\n";
  return chunks.str();
}

/// A request without its body.
std::string header_of_post(const std::string& target, const std::string& framing, const std::string& key = test_key) {
  return "POST " + target + " HTTP/1.1\r\nHost: notifier\r\nContent-Type: application/json\r\nX-API-Key: " + key + "\r\n" +
         framing + "\r\n\r\n";
}

}  // namespace

TEST_CASE("Behind a proxy events come in by each kind of framing, one after the other on a connection") {
  const ProxyKind kind = GENERATE(from_range(every_proxy));
  ApiBehindProxy api{kind};
  INFO(to_string(kind));
  RawHttpClient client{api.port()};
  const std::string event = event_body();
  CHECK(status_of(client, raw_request("POST", "/events/ingest", headers, event)) == 202);
  CHECK(status_of(client, header_of_post("/events/ingest", "Transfer-Encoding: chunked") + in_chunks(event, 7)) == 202);
  client.send(raw_request("HEAD", "/health"));
  const RawAnswer head = client.read_answer_without_body().value();
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == "15");
  CHECK(status_of(client, raw_request("GET", "/health")) == 200);
  const std::string batch = "[" + event + "," + event + "]";
  CHECK(status_of(client, raw_request("POST", "/events/ingest/batch", headers, batch)) == 207);
  auto last = headers;
  last["Connection"] = "close";
  client.send(raw_request("POST", "/events/ingest", last, event));
  CHECK(client.read_answer().value().status == 202);
  CHECK_FALSE(client.read_answer().has_value());
}

TEST_CASE("Behind a proxy a client that waits for 100 Continue gets it, and its answer") {
  const ProxyKind kind = GENERATE(from_range(every_proxy));
  ApiBehindProxy api{kind};
  INFO(to_string(kind));
  RawHttpClient client{api.port()};
  const std::string event = event_body();
  const std::string expecting = "Expect: 100-continue\r\nContent-Length: " + std::to_string(event.size());
  for (int i = 0; i < 2; ++i) {
    CHECK(status_of(client, header_of_post("/events/ingest", expecting)) == 100);
    CHECK(status_of(client, event) == 202);
  }
  // nginx answers 100 by itself.
  RawHttpClient stranger{api.port()};
  unsigned status = status_of(stranger, header_of_post("/events/ingest", expecting, "wrong"));
  if (status == 100) status = status_of(stranger, event);
  CHECK(status == 401);
}

TEST_CASE("Behind a proxy refusals come through as they are, however much of the body was still to come") {
  const ProxyKind kind = GENERATE(from_range(every_proxy));
  ApiBehindProxy api{kind};
  INFO(to_string(kind));
  const auto answer_to = [&](const std::string& request) {
    RawHttpClient client{api.port()};
    client.send(request);
    return client.read_answer().value();
  };
  for (const std::size_t size : {300'000UL, 2'000'000UL, 4'500'000UL}) {
    CAPTURE(size);
    const std::string event = event_of_size(size);
    const std::string length = "Content-Length: " + std::to_string(event.size());
    const RawAnswer too_large = answer_to(header_of_post("/events/ingest", length) + event);
    CHECK(too_large.status == 413);
    CHECK(too_large.body.contains("the body is larger than 256 KiB"));
    const RawAnswer too_large_in_chunks =
        answer_to(header_of_post("/events/ingest", "Transfer-Encoding: chunked") + in_chunks(event, 16'000));
    CHECK(too_large_in_chunks.status == 413);
    CHECK(too_large_in_chunks.body.contains("the body is larger than 256 KiB"));
    const RawAnswer wrong_key = answer_to(header_of_post("/events/ingest", length, "wrong") + event);
    CHECK(wrong_key.status == 401);
    CHECK(wrong_key.body.contains("Unauthorized"));
  }
  // From here on the proxies refuse by themselves, but for HAProxy.
  const std::string event = event_of_size(12'000'000);
  CHECK(answer_to(header_of_post("/events/ingest", "Transfer-Encoding: chunked") + in_chunks(event, 16'000)).status == 413);
}

TEST_CASE("Behind a proxy a batch of the full size goes through") {
  const ProxyKind kind = GENERATE(from_range(every_proxy));
  ApiBehindProxy api{kind};
  INFO(to_string(kind));
  std::string batch = "[" + event_body();
  for (int i = 1; i < 1000; ++i) batch += ", " + event_body() + std::string(3900, ' ');
  batch += "]";
  RawHttpClient client{api.port()};
  client.send(raw_request("POST", "/events/ingest/batch", headers, batch));
  const RawAnswer answer = client.read_answer().value();
  REQUIRE(answer.status == 207);
  CHECK(boost::json::parse(answer.body).at("accepted").to_number<int>() == 1000);
}

TEST_CASE("Behind a proxy ids with an encoded slash arrive as they are") {
  const ProxyKind kind = GENERATE(from_range(every_proxy));
  ApiBehindProxy api{kind};
  INFO(to_string(kind));
  for (const char* id : {"0199-abc%2Fcrm", "0199-abc/crm", "a%2Fb%2Fc"}) {
    CAPTURE(id);
    const HttpAnswer answer = http_request(api.port(), "GET", std::string{"/notifications/"} + id, {}, headers);
    CHECK(answer.status == 404);
    CHECK(answer.body.contains("no notification of such an event"));
  }
}

TEST_CASE("Behind a proxy a slow client is served") {
  const ProxyKind kind = GENERATE(from_range(every_proxy));
  ApiBehindProxy api{kind};
  INFO(to_string(kind));
  const std::string request = raw_request("POST", "/events/ingest", headers, event_body());
  RawHttpClient client{api.port()};
  for (const char byte : request) {
    client.send(std::string_view{&byte, 1});
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  CHECK(client.read_answer().value().status == 202);
}
