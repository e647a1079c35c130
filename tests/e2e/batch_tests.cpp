#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <map>

#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

std::string batch_of(std::size_t events) {
  std::string batch;
  for (std::size_t number = 0; number < events; ++number) batch += event_body() + "\n";
  return batch;
}

HttpAnswer send_batch(std::uint16_t port, const std::string& lines, const std::map<std::string, std::string>& more = {}) {
  std::map<std::string, std::string> headers{{"X-API-Key", test_key}, {"Content-Type", "application/x-ndjson"}};
  headers.insert(more.begin(), more.end());
  return http_request(port, "POST", "/events/ingest/batch", lines, headers);
}

boost::json::object result_of(const HttpAnswer& answer) { return boost::json::parse(answer.body).as_object(); }

void await_all_sent(std::uint16_t port, const boost::json::object& result) {
  for (const auto& event : result.at("results").as_array())
    await_status(port, std::string{event.at("eventId").as_string()}, "SENT");
}

}  // namespace

TEST_CASE("Each event of a batch is sent once, however often the batch is sent") {
  const RealServers servers;
  NotifierProcess consume{{"consume"}, servers.settings()};
  NotifierProcess api{{"api"}, servers.settings()};
  const std::map<std::string, std::string> key{{"Idempotency-Key", "import-1"}};
  REQUIRE(wait_until([&] { return http_request(api.port(), "GET", "/health/ready").status == 200; }));

  const HttpAnswer answer = send_batch(api.port(), batch_of(1000), key);
  REQUIRE(answer.status == 207);
  const auto result = result_of(answer);
  CHECK(result.at("accepted") == 1000);
  await_all_sent(api.port(), result);

  CHECK(result_of(send_batch(api.port(), batch_of(1000), key)) == result);
  const auto other = result_of(send_batch(api.port(), batch_of(1)));
  await_all_sent(api.port(), other);
  CHECK(servers.sends().size() == 1001);
}

TEST_CASE("The embedded default takes batches, and what is wrong with one event harms no other") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder)};
  const auto result = result_of(send_batch(all.port(), batch_of(2) + "{\"eventType\":1}\n"));
  CHECK(result.at("accepted") == 2);
  CHECK(result.at("results").at(2).at("error") == R"(Invalid Request: "eventType" must be a string)");
  for (const std::size_t index : {0U, 1U})
    await_status(all.port(), std::string{result.at("results").at(index).at("eventId").as_string()}, "SENT");
}
