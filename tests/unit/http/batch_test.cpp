#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <set>

#include "domain/event_batch.hpp"
#include "domain/event_id.hpp"
#include "http/server/body_room.hpp"
#include "support/raw_http_client.hpp"
#include "support/wait_until.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

using Headers = std::map<std::string, std::string>;

std::string batch_request(const std::string& body, const Headers& more = {}) {
  Headers headers{{"X-API-Key", api_key}, {"Content-Type", "application/json"}};
  for (const auto& [name, value] : more) headers[name] = value;
  return raw_request("POST", "/events/ingest/batch", headers, body);
}

RawAnswer send_batch(const ServerUnderTest& server, const std::string& body, const Headers& more = {}) {
  return ask(server, batch_request(body, more));
}

boost::json::array results_of(const RawAnswer& answer) { return boost::json::parse(answer.body).at("results").as_array(); }

std::string array_of(std::size_t count) {
  std::string body = "[";
  for (std::size_t number = 0; number < count; ++number) body += std::string{number == 0 ? "" : ","} + valid_event;
  return body + ']';
}

const Headers ndjson{{"Content-Type", "application/x-ndjson; charset=utf-8"}};

}  // namespace

TEST_CASE("batches that stall keep nobody from sending another") {
  http::ServerOptions options;
  options.body_patience = std::chrono::milliseconds{0};
  ServerUnderTest server{options};
  const std::string large = batch_request(std::string(max_batch_bytes, ' '));
  std::deque<RawHttpClient> stalled;
  for (int i = 0; i < 20; ++i) {
    stalled.emplace_back(server.port()).send(large.substr(0, large.size() - 1));
    CHECK(send_batch(server, array_of(2)).status == 207);
  }
  CHECK(stalled.front().read_answer().value().status == 408);
}

TEST_CASE("each event of a batch has a result of its own, in the order of the events") {
  ServerUnderTest server;
  const std::string event = valid_event;
  const RawAnswer answer = send_batch(server, '[' + event + R"(,{"eventType":"x"},7,)" + event + ']');

  CHECK(answer.status == 207);
  const auto body = boost::json::parse(answer.body).as_object();
  CHECK(body.at("accepted") == 2);
  CHECK(body.at("refused") == 2);
  const auto results = results_of(answer);
  REQUIRE(results.size() == 4);
  CHECK(results[0].at("status") == 202);
  CHECK(results[1].at("status") == 400);
  CHECK(results[1].at("error") == R"(Invalid Request: "timestamp" is required)");
  CHECK(results[2].at("error") == R"(Invalid Request: "value" must be of type object)");
  CHECK(results[3].at("status") == 202);
  const auto published = server.broker.published();
  REQUIRE(published.size() == 2);
  CHECK(results[0].at("eventId").as_string() == published[0].event_id);
  CHECK(results[3].at("eventId").as_string() == published[1].event_id);
  CHECK(published[0].event_id != published[1].event_id);
}

TEST_CASE("a batch may come as an event a line") {
  ServerUnderTest server;
  const std::string event = valid_event;
  const RawAnswer answer = send_batch(server, event + "\n\n{broken\n" + event + "\n", ndjson);
  CHECK(answer.status == 207);
  const auto results = results_of(answer);
  REQUIRE(results.size() == 3);
  CHECK(results[0].at("status") == 202);
  CHECK(results[1].at("status") == 400);
  CHECK(results[2].at("status") == 202);
}

TEST_CASE("a batch that is sent again with its Idempotency-Key gets the same ids") {
  ServerUnderTest server;
  const Headers key{{"Idempotency-Key", "import-7"}};
  const auto first = results_of(send_batch(server, array_of(3), key));
  CHECK(results_of(send_batch(server, array_of(3), key)) == first);
  CHECK(first[0].at("eventId").as_string() == event_id_from({.key = "import-7", .batch_index = 0}));
  CHECK(first[2].at("eventId").as_string() == event_id_from({.key = "import-7", .batch_index = 2}));
  CHECK(send_batch(server, array_of(1), {{"Idempotency-Key", std::string(256, 'k')}}).status == 400);
}

TEST_CASE("a batch is answered when the broker has confirmed all of it") {
  ServerUnderTest server;
  server.broker.hold_answers();
  RawHttpClient client{server.port()};
  client.send(batch_request(array_of(1000)));
  REQUIRE(wait_until([&] { return server.broker.published_count() == 1000; }));
  server.broker.confirm_held();
  const RawAnswer answer = client.read_answer().value();
  CHECK(boost::json::parse(answer.body).at("accepted") == 1000);
  std::set<std::string> ids;
  for (const auto& result : results_of(answer)) ids.emplace(result.at("eventId").as_string());
  CHECK(ids.size() == 1000);
}

TEST_CASE("events of a batch that the broker does not take are told so one by one") {
  ServerUnderTest server;
  SECTION("not confirmed") {
    server.broker.fail_with(PublishError::unconfirmed);
    const auto results = results_of(send_batch(server, array_of(2)));
    REQUIRE(results.size() == 2);
    CHECK(results[1].at("status") == 503);
    CHECK(results[1].at("error").as_string().starts_with("Service Unavailable: the broker did not confirm in time"));
  }
  SECTION("a bug") {
    server.broker.throw_on_publish();
    const auto results = results_of(send_batch(server, array_of(2)));
    CHECK(results[0].at("status") == 500);
    CHECK(results[1].at("error") == "Internal Server Error");
  }
}

TEST_CASE("a request that is no batch is refused as a whole") {
  ServerUnderTest server;
  CHECK(send_batch(server, "{}").body ==
        R"({"error":"Invalid Request: the batch is not a JSON array of events: see byte 0"})"
        "\n");
  CHECK(send_batch(server, "[]").status == 400);
  CHECK(send_batch(server, array_of(1001)).status == 400);
  CHECK(send_batch(server, array_of(1), {{"Content-Type", "text/plain"}}).status == 415);
  CHECK(send_batch(server, array_of(1), {{"X-API-Key", "wrong"}}).status == 401);
  CHECK(server.broker.published_count() == 0);
}

TEST_CASE("a batch of 4 MiB is taken, one byte more is not") {
  ServerUnderTest server;
  std::string body = array_of(10);
  body.resize(max_batch_bytes, ' ');
  CHECK(send_batch(server, body).status == 207);
  CHECK(send_batch(server, body + ' ').body ==
        R"({"error":"Content Too Large: the body is larger than 4096 KiB","code":"content_too_large"})"
        "\n");
}

TEST_CASE("only so many bytes of large bodies are under way at a time, and small ones are taken meanwhile") {
  ServerUnderTest server;
  server.broker.hold_answers();
  std::deque<RawHttpClient> clients;
  for (int number = 0; number < 8; ++number) {
    clients.emplace_back(server.port());
    clients.back().send(batch_request(array_of(1) + std::string(max_batch_bytes - array_of(1).size(), ' ')));
  }
  REQUIRE(wait_until([&] { return server.broker.published_count() == 8; }));
  const std::string filler(http::BodyRoom::largest_small, ' ');
  CHECK(send_batch(server, array_of(1) + filler).status == 503);
  CHECK(send_batch(server, std::string(max_batch_bytes, ' ')).status == 503);
  RawHttpClient large{server.port()};
  large.send(raw_request("POST", "/events/ingest", {{"X-API-Key", api_key}, {"Content-Type", "application/json"}},
                         valid_event + filler));
  CHECK(large.read_answer().value().status == 503);
  RawHttpClient client{server.port()};
  client.send(ingest_request());
  REQUIRE(wait_until([&] { return server.broker.published_count() == 9; }));

  server.broker.confirm_held();
  for (RawHttpClient& one : clients) CHECK(one.read_answer().value().status == 207);
  CHECK(client.read_answer().value().status == 202);
  CHECK(send_batch(server, array_of(1)).status == 207);
}
