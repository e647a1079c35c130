#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "support/dead_letters_under_test.hpp"
#include "support/executables.hpp"
#include "support/http_receiver.hpp"
#include "support/notifier_process.hpp"
#include "support/raw_http_client.hpp"
#include "support/sender_configuration.hpp"
#include "support/system_under_test.hpp"
#include "support/tcp_proxy.hpp"
#include "support/wait_until.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

/// What docs/reliability.md promises of a process with the default settings.
constexpr std::size_t memory_allowed = 150'000'000;

constexpr std::size_t kib = 1024;
constexpr std::size_t large = 245 * kib;

std::string event_of(const std::string& email, std::size_t filler) {
  const boost::json::object payload{
      {"userId", "uuid-123"}, {"email", email}, {"username", "testuser"}, {"filler", std::string(filler, 'x')}};
  return boost::json::serialize(
      boost::json::object{{"eventType", "user_signup"}, {"timestamp", "2023-10-27T10:00:00Z"}, {"payload", payload}});
}

void post(std::uint16_t port, const std::string& event, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) static_cast<void>(accepted_event_id(port, event));
}

void skip_with_sanitizers() {
  if (have_sanitizers()) SKIP("what sanitizers take hides what the product does: ./dev test release fault_memory");
}

void check_memory(const char* name, const NotifierProcess& process) {
  const std::size_t most = process.peak_resident_bytes();
  std::cout << name << ": " << most / kib << " KiB at most" << std::endl;
  INFO(name);
  CHECK(most > 0);
  CHECK(most <= memory_allowed);
}

/// A client that has sent so much of a body of that length, and stops.
std::unique_ptr<RawHttpClient> stalled(std::uint16_t port, const std::string& path, std::size_t length, std::size_t sent) {
  auto client = std::make_unique<RawHttpClient>(port);
  client->send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-API-Key: " + test_key +
               "\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n");
  client->send(std::string(sent, ' '));
  return client;
}

/// How many notifications there are, each of which has been claimed; 0 while the API cannot say.
std::size_t claimed(std::uint16_t port) {
  const auto answer = http_request(port, "GET", "/notifications/summary", {}, {{"X-API-Key", test_key}});
  if (answer.status != 200) return 0;
  return boost::json::parse(answer.body).at("total").to_number<std::size_t>();
}

}  // namespace

TEST_CASE("Clients that stall in the middle of large bodies take little memory, and keep nobody from posting") {
  skip_with_sanitizers();
  constexpr std::size_t events = 800;
  constexpr std::size_t batches = 40;
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder)};
  std::vector<std::unique_ptr<RawHttpClient>> clients;
  for (std::size_t i = 0; i < events; ++i) clients.push_back(stalled(all.port(), "/events/ingest", 256 * kib, 250 * kib));
  for (std::size_t i = 0; i < batches; ++i)
    clients.push_back(stalled(all.port(), "/events/ingest/batch", 4096 * kib, 3900 * kib));
  post(all.port(), event_body(), 1);
  // Those that have stalled give way to one that has not.
  CHECK(wait_until([&] { return ingest(all.port(), event_of("user@example.com", large)).status == 202; }));
  check_memory("all", all);
}

TEST_CASE("Large events that fail, die and are replayed together stay within the memory of a consumer") {
  skip_with_sanitizers();
  constexpr std::size_t events = 200;
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  NotifierProcess consume{{"consume"}, servers.settings({{"MAX_RETRIES", "0"}})};
  REQUIRE(becomes_ready(consume));
  const DeadLettersUnderTest letters{servers};
  post(api.port(), event_of("fail@example.com", large), events);
  const auto all_are_dead = [&] { return letters.count_by_reason()["retries_exhausted"] == events; };
  REQUIRE(wait_until(all_are_dead, std::chrono::minutes{1}));

  const std::uint64_t replay = letters.start_replay(DeadLetterFilter{});
  CHECK(letters.await_end(replay).replayed == events);
  REQUIRE(wait_until([&] { return letters.replay(replay).dead_again == events; }, std::chrono::minutes{1}));
  check_memory("api", api);
  check_memory("consume", consume);
}

TEST_CASE("Long texts made of many small events stay within the memory of a consumer") {
  skip_with_sanitizers();
  constexpr std::size_t events = 1000;
  HttpReceiver receiver;
  receiver.answer_with({.fault = ReceiverAnswer::Fault::silence});
  const TemporaryFolder folder;
  const SenderConfiguration configuration{webhook_table("silent", receiver) +
                                          route_table("only", "silent", "template = \"welcome\"\n")};
  configuration.write("welcome.text.mustache", std::string(250 * kib, 'x') + "{{userId}}\n");
  NotifierProcess all{configuration.arguments("all"), configuration.settings(embedded_settings(folder))};
  post(all.port(), event_body(), events);
  CHECK(wait_until([&] { return claimed(all.port()) == events; }, std::chrono::minutes{1}));
  check_memory("all", all);
}

TEST_CASE("A database that hangs while large events are under way leaves them within the memory of a consumer") {
  skip_with_sanitizers();
  const RealServers servers;
  TcpProxy to_mysql{mysql_port()};
  NotifierProcess api{{"api"}, servers.settings()};
  NotifierProcess consume{{"consume"}, servers.settings({{"MYSQL_PORT", std::to_string(to_mysql.port())}})};
  post(api.port(), event_of("user@example.com", large), 50);
  to_mysql.stall();
  post(api.port(), event_of("user@example.com", large), 150);
  post(api.port(), event_of("fail@example.com", large), 150);
  check_memory("consume", consume);
  to_mysql.restore();
  CHECK(wait_until([&] { return servers.sends().size() >= 200; }, std::chrono::minutes{1}));
  check_memory("consume", consume);
}
