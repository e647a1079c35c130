#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <memory>
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

constexpr std::size_t largest_body = 256UL * 1024;
constexpr std::size_t growth_allowed = 32UL * 1024 * 1024;

const std::string accepted_start =
    "POST /events/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-API-Key: " + test_key + "\r\n";

std::string proper_request() {
  return raw_request("POST", "/events/ingest", {{"X-API-Key", test_key}, {"Content-Type", "application/json"}},
                     event_body());
}

std::string header_fields(std::size_t count) {
  std::string fields;
  for (std::size_t i = 0; i < count; ++i) fields += "X-" + std::to_string(i) + ": v\r\n";
  return fields;
}

std::string chunked(const std::string& chunks) { return accepted_start + "Transfer-Encoding: chunked\r\n\r\n" + chunks; }

std::string small_chunks_with_extensions() {
  std::string chunks;
  for (int i = 0; i < 40; ++i) chunks += "1;x=" + std::string(20'000, 'y') + "\r\n \r\n";
  return chunks + "0\r\n\r\n";
}

struct TooMuch {
  std::string name;
  std::string request;
  unsigned status;
};

std::vector<TooMuch> requests_that_are_too_much() {
  const std::string large(largest_body + 1, ' ');
  return {
      {"a length of ten digits", accepted_start + "Content-Length: 9999999999\r\n\r\n", 413},
      {"a length of twenty digits", accepted_start + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {"one byte more than an event may have", accepted_start + "Content-Length: 262145\r\n\r\n" + large, 413},
      {"a chunk that is too large", chunked("40001\r\n" + large + "\r\n0\r\n\r\n"), 413},
      {"a chunk whose size overflows", chunked("fffffffffffffffff\r\n"), 400},
      {"chunks that add up", chunked("40000\r\n" + large.substr(1) + "\r\n1\r\n \r\n0\r\n\r\n"), 413},
      {"a chunk extension without an end", chunked("1;x=" + std::string(200'000, 'y')), 400},
      {"chunk extensions that add up", chunked(small_chunks_with_extensions()), 413},
      {"trailers without an end", chunked("0\r\n" + header_fields(20'000)), 400},
      {"ten thousand header fields", accepted_start + header_fields(10'000) + "\r\n", 431},
      {"a hundred and one header fields", accepted_start + header_fields(101) + "\r\n", 431},
      {"a header line of 20 KB", accepted_start + "X: " + std::string(20'000, 'x') + "\r\n\r\n", 431},
      {"a target of 8 KB", "GET /" + std::string(8'000, 'x') + " HTTP/1.1\r\nHost: localhost\r\n\r\n", 414},
      {"a request line without an end", std::string(100'000, 'G'), 431},
  };
}

}  // namespace

TEST_CASE("#25 A request that is too much is refused, closes its connection, and leaves no memory taken") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder, {{"ASAN_OPTIONS", "quarantine_size_mb=1"}})};
  const std::uint16_t port = all.port();
  REQUIRE(wait_until([&] { return http_request(port, "GET", "/health/ready").status == 200; }));
  const auto requests = requests_that_are_too_much();
  std::size_t memory = 0;
  for (int round = 0; round < 10; ++round) {
    for (const TooMuch& much : requests) {
      INFO(much.name);
      RawHttpClient client{port};
      client.send(much.request);
      if (much.status != 414) client.send(proper_request());
      const auto answer = client.read_answer();
      REQUIRE(answer);
      CHECK(answer->status == much.status);
      CHECK(answer->body.starts_with(R"({"error":)"));
      if (much.status == 414) continue;
      CHECK(answer->header("connection") == "close");
      CHECK_FALSE(client.read_answer());
    }
    if (round == 0) memory = all.resident_bytes();
  }
  CHECK(all.resident_bytes() <= memory + growth_allowed);
  CHECK(all.is_running());
  const Holdings holdings = holdings_of(folder);
  CHECK(holdings.is_quiet());
  CHECK(holdings.statuses.empty());
}
