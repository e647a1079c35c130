#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "domain/event_schema.hpp"
#include "http/wire/request_gate.hpp"
#include "support/raw_http_client.hpp"
#include "support/wait_until.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

/// A valid event of so many bytes.
std::string event_of(std::size_t size) {
  std::string event = valid_event;
  event.insert(event.size() - 1, std::string(size - event.size(), ' '));
  return event;
}

std::string authorised(const std::string& fields) {
  return std::string{"POST /events/ingest HTTP/1.1\r\nHost: a\r\nX-API-Key: "} + api_key +
         "\r\nContent-Type: application/json\r\n" + fields + "\r\n";
}

RawAnswer answer_to(RawHttpClient& client, const std::string& request) {
  client.send(request);
  return client.read_answer().value();
}

std::expected<std::optional<NotificationRecord>, RepositoryError> large_notification(std::size_t payload_bytes) {
  NotificationRecord record;
  record.payload = '"' + std::string(payload_bytes, 'x') + '"';
  return std::optional{std::move(record)};
}

/// So many clients at a time, and so many more that need no key.
http::ServerOptions with_places(std::size_t connections, std::size_t reserved) {
  http::ServerOptions options;
  options.max_connections = connections;
  options.reserved_connections = reserved;
  return options;
}

std::string gated_export() { return raw_request("GET", "/dead-letters/export?reason=maxlen", {{"X-API-Key", read_key}}); }

/// So many clients that have each sent the request.
std::vector<std::unique_ptr<RawHttpClient>> ask(const ServerUnderTest& server, int clients, const std::string& request) {
  std::vector<std::unique_ptr<RawHttpClient>> asking;
  for (int i = 0; i < clients; ++i) {
    asking.push_back(std::make_unique<RawHttpClient>(server.port()));
    asking.back()->send(request);
  }
  return asking;
}

std::ptrdiff_t with_input(const std::vector<std::unique_ptr<RawHttpClient>>& clients) {
  return std::ranges::count_if(clients, [](const auto& client) { return client->has_input(); });
}

/// How often each status is answered.
std::map<unsigned, int> statuses_of(const std::vector<std::unique_ptr<RawHttpClient>>& clients) {
  std::map<unsigned, int> statuses;
  for (const auto& client : clients) ++statuses[client->read_answer().value().status];
  return statuses;
}

void check_answers(const ServerUnderTest& server, std::initializer_list<const char*> paths) {
  RawHttpClient client{server.port()};
  for (const char* path : paths) {
    CAPTURE(path);
    CHECK(answer_to(client, raw_request("GET", path, {{"X-API-Key", read_key}})).status == 200);
  }
}

void check_last_answer(RawHttpClient& client, unsigned status) {
  const RawAnswer answer = client.read_answer().value();
  CHECK(answer.status == status);
  CHECK(answer.header("connection") == "close");
  CHECK(answer.body.starts_with(R"({"error":")"));
  CHECK_FALSE(client.read_answer().has_value());
}

}  // namespace

TEST_CASE("a body of 256 KiB is taken, one byte more is not") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send(ingest_request(event_of(max_event_bytes)));
  CHECK(client.read_answer().value().status == 202);
  client.send(ingest_request(event_of(max_event_bytes + 1)));
  check_last_answer(client, 413);
  CHECK(server.broker.published_count() == 1);
}

TEST_CASE("a large body is refused before it is sent") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send(authorised("Content-Length: 9999999999\r\n"));
  check_last_answer(client, 413);
}

TEST_CASE("a client that has sent half a megabyte too much still gets its answer") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send(ingest_request(event_of(3 * max_event_bytes)));
  check_last_answer(client, 413);
  RawHttpClient stranger{server.port()};
  stranger.send(raw_request("POST", "/events/ingest", {}, event_of(3 * max_event_bytes)));
  check_last_answer(stranger, 401);
}

TEST_CASE("chunks add up, their extensions included") {
  ServerUnderTest server;
  RawHttpClient large{server.port()};
  large.send(authorised("Transfer-Encoding: chunked\r\n") + "40000\r\n" + std::string(0x40000, ' ') + "\r\n1\r\n \r\n");
  check_last_answer(large, 413);
  RawHttpClient announced{server.port()};
  announced.send(authorised("Transfer-Encoding: chunked\r\n") + "40001\r\n");
  check_last_answer(announced, 413);
  RawHttpClient padded{server.port()};
  std::string chunks;
  for (int i = 0; i < 60; ++i) chunks += "1;a=" + std::string(10'000, 'x') + "\r\n \r\n";
  padded.send(authorised("Transfer-Encoding: chunked\r\n") + chunks);
  check_last_answer(padded, 413);
  RawHttpClient endless{server.port()};
  endless.send(authorised("Transfer-Encoding: chunked\r\n") + "1;a=" + std::string(200'000, 'x'));
  check_last_answer(endless, 400);
}

TEST_CASE("headers are bounded in size and number") {
  ServerUnderTest server;
  RawHttpClient large{server.port()};
  large.send("GET /health HTTP/1.1\r\nHost: a\r\nX: " + std::string(http::max_header_bytes, 'x') + "\r\n\r\n");
  check_last_answer(large, 431);
  RawHttpClient many{server.port()};
  std::string fields;
  for (int i = 0; i < 101; ++i) fields += "X: a\r\n";
  many.send("GET /health HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
  check_last_answer(many, 431);
  RawHttpClient endless{server.port()};
  std::string flood;
  for (int i = 0; i < 100'000; ++i) flood += "X: a\r\n";
  endless.send("GET /health HTTP/1.1\r\nHost: a\r\n" + flood);
  check_last_answer(endless, 431);
  RawHttpClient long_path{server.port()};
  long_path.send(raw_request("GET", "/" + std::string(2048, 'x')));
  CHECK(long_path.read_answer().value().status == 414);
}

TEST_CASE("a header just within 16 KiB is served") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  const std::string start = "GET /health HTTP/1.1\r\nHost: a\r\nX: ";
  const std::string end = "\r\n\r\n";
  client.send(start + std::string(http::max_header_bytes - start.size() - end.size(), 'x') + end);
  CHECK(client.read_answer().value().status == 200);
}

TEST_CASE("a client that is slow with its header is told and closed") {
  ServerUnderTest server{impatient()};
  RawHttpClient client{server.port()};
  client.send("GET /health HTTP/1.1\r\nHost:");
  check_last_answer(client, 408);
}

TEST_CASE("a client that is slow with its body is told and closed") {
  ServerUnderTest server{impatient()};
  RawHttpClient client{server.port()};
  client.send(ingest_request().substr(0, 200));
  check_last_answer(client, 408);
  CHECK(server.broker.published_count() == 0);
}

TEST_CASE("an idle client is closed without a word") {
  ServerUnderTest server{impatient()};
  RawHttpClient silent{server.port()};
  CHECK_FALSE(silent.read_answer().has_value());
  RawHttpClient once{server.port()};
  once.send(raw_request("GET", "/health"));
  CHECK(once.read_answer().value().status == 200);
  CHECK_FALSE(once.read_answer().has_value());
}

TEST_CASE("an idle client that sends a request just as it is closed sees an end of the connection and no reset") {
  ServerUnderTest server{impatient()};
  for (int i = 0; i < 5; ++i) {
    RawHttpClient client{server.port()};
    CHECK(answer_to(client, raw_request("GET", "/health")).status == 200);
    REQUIRE(wait_until([&] { return client.has_input(); }));
    client.send(raw_request("GET", "/health"));
    CHECK_FALSE(client.read_answer().has_value());
  }
}

TEST_CASE("a handler that never answers does not hold its client forever") {
  ServerUnderTest server{impatient()};
  server.broker.hold_answers();
  RawHttpClient client{server.port()};
  client.send(ingest_request());
  CHECK(client.read_answer().value().status == 503);
  server.broker.confirm_held();
  client.send(raw_request("GET", "/health"));
  CHECK(client.read_answer().value().body == R"({"status":"OK"})"
                                             "\n");
}

TEST_CASE("a client that connects and sends nothing is closed sooner than one between two requests") {
  http::ServerOptions options = impatient();
  options.idle_timeout = std::chrono::hours{1};
  ServerUnderTest server{options};
  RawHttpClient silent{server.port()};
  RawHttpClient between{server.port()};
  CHECK(answer_to(between, raw_request("GET", "/health")).status == 200);
  CHECK_FALSE(silent.read_answer().has_value());
  CHECK(answer_to(between, raw_request("GET", "/health")).status == 200);
}

TEST_CASE("when all connections are taken, the one that has waited longest gives way") {
  http::ServerOptions options;
  options.max_connections = 3;
  ServerUnderTest server{options};
  RawHttpClient silent{server.port()};
  RawHttpClient between{server.port()};
  CHECK(answer_to(between, raw_request("GET", "/health")).status == 200);
  RawHttpClient in_its_header{server.port()};
  in_its_header.send("GET /health HTTP/1.1\r\n");
  RawHttpClient fourth{server.port()};
  CHECK(answer_to(fourth, raw_request("GET", "/health")).status == 200);
  CHECK_FALSE(silent.read_answer().has_value());
  RawHttpClient fifth{server.port()};
  CHECK(answer_to(fifth, raw_request("GET", "/health")).status == 200);
  CHECK_FALSE(between.read_answer().has_value());
  in_its_header.send("Host: a\r\n\r\n");
  CHECK(in_its_header.read_answer().value().status == 200);
}

TEST_CASE("a flood of silent clients keeps nobody out") {
  ServerUnderTest server{with_places(5, 2)};
  std::vector<std::unique_ptr<RawHttpClient>> silent;
  for (int i = 0; i < 50; ++i) {
    silent.push_back(std::make_unique<RawHttpClient>(server.port()));
    RawHttpClient client{server.port()};
    CHECK(answer_to(client, ingest_request()).status == 202);
  }
}

TEST_CASE("a client that comes just as all who wait go on is served") {
  ServerUnderTest server{with_places(2, 1)};
  server.broker.hold_answers();
  RawHttpClient slow{server.port()};
  RawHttpClient at_work{server.port()};
  std::optional<RawHttpClient> late;
  {
    const Gate::Hold hold{server.broker.publish_gate};
    at_work.send(ingest_request());
    REQUIRE(wait_until([&] { return server.broker.publish_gate.arrived() == 1; }));
    late.emplace(server.port());
    slow.send("P");
    late->send(ingest_request());
  }
  CHECK(wait_until([&] { return server.broker.published_count() == 2; }));
  server.broker.confirm_held();
  CHECK(late->read_answer().value().status == 202);
  CHECK(at_work.read_answer().value().status == 202);
}

TEST_CASE("bodies that do not come and answers that are not read keep nobody out either") {
  http::ServerOptions options;
  options.max_connections = 2;
  ServerUnderTest server{options};
  server.repository.find_with([](std::string_view) { return large_notification(4UL * 1024 * 1024); });
  RawHttpClient unread{server.port()};
  unread.send(raw_request("GET", "/notifications/abc", {{"X-API-Key", read_key}}));
  REQUIRE(wait_until([&] { return unread.has_input(); }));
  RawHttpClient unfinished{server.port()};
  unfinished.send(ingest_request().substr(0, 200));
  for (int i = 0; i < 3; ++i) {
    RawHttpClient client{server.port()};
    CHECK(answer_to(client, ingest_request()).status == 202);
  }
}

TEST_CASE("while all connections are at work, health is answered and everything else told to come again") {
  ServerUnderTest server{with_places(2, 1)};
  server.broker.hold_answers();
  RawHttpClient first{server.port()};
  first.send(ingest_request());
  RawHttpClient second{server.port()};
  second.send(ingest_request());
  REQUIRE(wait_until([&] { return server.broker.published_count() == 2; }));
  for (int i = 0; i < 3; ++i) {
    RawHttpClient silent{server.port()};
    RawHttpClient probe{server.port()};
    const RawAnswer healthy = answer_to(probe, raw_request("GET", "/health/ready"));
    CHECK(healthy.status == 200);
    CHECK(healthy.header("connection") == "close");
    RawHttpClient another{server.port()};
    another.send(ingest_request());
    check_last_answer(another, 503);
  }
  server.broker.confirm_held();
  CHECK(first.read_answer().value().status == 202);
  CHECK(second.read_answer().value().status == 202);
  CHECK(answer_to(first, ingest_request()).status == 202);
}

TEST_CASE("only so many requests wait for the database") {
  ServerUnderTest server;
  std::atomic<bool> released = false;
  server.repository.find_with([&released](std::string_view) {
    released.wait(false);
    return std::optional<NotificationRecord>{};
  });
  const auto clients = ask(server, 80, raw_request("GET", "/notifications/abc", {{"X-API-Key", api_key}}));
  CHECK(wait_until([&] { return with_input(clients) == 16; }));
  released = true;
  released.notify_all();
  CHECK(statuses_of(clients) == std::map<unsigned, int>{{404, 64}, {503, 16}});
}

TEST_CASE("an export ends where there is enough of it, and tells where to go on") {
  ServerUnderTest server;
  server.dead_letters.enlarge_to(600UL * 1024);
  RawHttpClient client{server.port()};
  const RawAnswer page = answer_to(client, raw_request("GET", "/dead-letters/export", {{"X-API-Key", read_key}}));
  CHECK(page.status == 200);
  CHECK(std::ranges::count(page.body, '\n') == 2);
  CHECK(page.header("x-next-cursor") == "20-2");
}

TEST_CASE("answers that nobody reads take no more than there is for them") {
  http::ServerOptions options;
  options.max_answer_bytes = 12UL * 1024 * 1024;
  ServerUnderTest server{options};
  server.repository.find_with([](std::string_view) { return large_notification(8UL * 1024 * 1024); });
  const std::string request = raw_request("GET", "/notifications/abc", {{"X-API-Key", read_key}});
  RawHttpClient unread{server.port()};
  unread.send(request);
  REQUIRE(wait_until([&] { return unread.has_input(); }));
  RawHttpClient second{server.port()};
  const RawAnswer refused = answer_to(second, request);
  CHECK(refused.status == 503);
  CHECK(refused.header("retry-after") == "1");
  CHECK(refused.body.contains("too many answers wait to be read"));
  CHECK(answer_to(second, raw_request("GET", "/health")).status == 200);
  unread.reset();
  CHECK(wait_until([&] { return answer_to(second, request).status == 200; }));
}

TEST_CASE("who reads slowly but steadily gets all of an answer") {
  http::ServerOptions options;
  options.write_timeout = std::chrono::seconds{2};
  options.check_interval = std::chrono::milliseconds{10};
  ServerUnderTest server{options};
  server.repository.find_with([](std::string_view) { return large_notification(8UL * 1024 * 1024); });
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket{context};
  socket.open(boost::asio::ip::tcp::v4());
  socket.set_option(boost::asio::socket_base::receive_buffer_size{64 * 1024});
  socket.connect({boost::asio::ip::address_v4::loopback(), server.port()});
  boost::asio::write(socket, boost::asio::buffer(raw_request("GET", "/notifications/abc",
                                                             {{"X-API-Key", read_key}, {"Connection", "close"}})));
  const auto begin = std::chrono::steady_clock::now();
  std::vector<char> piece(128UL * 1024);
  std::size_t received = 0;
  boost::system::error_code error;
  // The pace of the reader is what this is about.
  for (; !error; std::this_thread::sleep_for(std::chrono::milliseconds{50})) {
    received += boost::asio::read(socket, boost::asio::buffer(piece), error);
  }
  CHECK(error == boost::asio::error::eof);
  CHECK(received > 8UL * 1024 * 1024);
  CHECK(std::chrono::steady_clock::now() - begin > options.write_timeout);
}

TEST_CASE("who sends a body slowly but steadily is served") {
  http::ServerOptions options;
  options.body_timeout = std::chrono::milliseconds{1500};
  options.check_interval = std::chrono::milliseconds{10};
  ServerUnderTest server{options};
  RawHttpClient client{server.port()};
  const std::string request = ingest_request(event_of(max_event_bytes));
  const std::size_t piece = 24UL * 1024;
  for (std::size_t sent = 0; sent < request.size(); sent += piece) {
    client.send(std::string_view{request}.substr(sent, piece));
    // The pace of the sender is what this is about.
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
  CHECK(client.read_answer().value().status == 202);
}

TEST_CASE("readers keep no administrator waiting") {
  ServerUnderTest server;
  std::vector<std::unique_ptr<RawHttpClient>> readers;
  {
    const Gate::Hold hold{server.dead_letters.list_gate};
    const std::string lists = raw_request("GET", "/dead-letters?reason=maxlen", {{"X-API-Key", read_key}});
    for (const std::string& request : {lists, gated_export()}) {
      std::ranges::move(ask(server, 20, request), std::back_inserter(readers));
    }
    CHECK(wait_until([&] { return with_input(readers) == 16; }));
    RawHttpClient admin{server.port()};
    CHECK(answer_to(admin, raw_request("POST", "/dead-letters/1/replay", {{"X-API-Key", api_key}})).status == 202);
    CHECK(answer_to(admin, raw_request("POST", "/replays/1/cancel", {{"X-API-Key", api_key}})).status == 200);
  }
  for (const auto& reader : readers) CHECK(reader->read_answer().has_value());
}

TEST_CASE("exports that wait keep no other reader waiting, and those for which there is no place are refused at once") {
  ServerUnderTest server;
  std::vector<std::unique_ptr<RawHttpClient>> exports;
  {
    const Gate::Hold hold{server.dead_letters.list_gate};
    exports = ask(server, 60, gated_export());
    CHECK(wait_until([&] { return with_input(exports) == 52; }));
    check_answers(server, {"/notifications?limit=1", "/notifications/summary", "/dead-letters", "/dead-letters/summary",
                           "/dead-letters/1", "/replays/1", "/replays/1/items"});
  }
  CHECK(statuses_of(exports) == std::map<unsigned, int>{{200, 8}, {503, 52}});
}

TEST_CASE("summaries keep no other reader waiting") {
  ServerUnderTest server;
  std::vector<std::unique_ptr<RawHttpClient>> summaries;
  {
    const Gate::Hold hold_of_counts{server.history.count_gate};
    const Gate::Hold hold_of_groups{server.dead_letters.group_gate};
    for (const char* path : {"/notifications/summary", "/dead-letters/summary"}) {
      std::ranges::move(ask(server, 20, raw_request("GET", path, {{"X-API-Key", read_key}})), std::back_inserter(summaries));
    }
    CHECK(wait_until([&] { return with_input(summaries) == 24; }));
    check_answers(server,
                  {"/notifications", "/dead-letters", "/dead-letters/export", "/dead-letters/1", "/replays/1/items"});
  }
  CHECK(statuses_of(summaries) == std::map<unsigned, int>{{200, 16}, {503, 24}});
}

TEST_CASE("exports that nobody reads take room from one another only, and nothing is read for those that have none") {
  http::ServerOptions options;
  options.max_export_bytes = 9UL * 1024 * 1024;
  options.max_answer_bytes = 9UL * 1024 * 1024;
  ServerUnderTest server{options};
  server.dead_letters.enlarge_to(8UL * 1024 * 1024);
  server.repository.find_with([](std::string_view) { return large_notification(8UL * 1024 * 1024); });
  RawHttpClient unread{server.port()};
  unread.send(gated_export());
  REQUIRE(wait_until([&] { return unread.has_input(); }));
  const std::size_t begun = server.dead_letters.list_gate.arrived();
  RawHttpClient second{server.port()};
  const RawAnswer refused = answer_to(second, gated_export());
  CHECK(refused.status == 503);
  CHECK(refused.header("retry-after") == "1");
  CHECK(refused.body.contains("too many exports"));
  CHECK(server.dead_letters.list_gate.arrived() == begun);
  CHECK(answer_to(second, raw_request("GET", "/notifications/abc", {{"X-API-Key", read_key}})).status == 200);
  unread.reset();
  CHECK(wait_until([&] { return answer_to(second, gated_export()).status == 200; }));
}

TEST_CASE("a client that reads no answer before it has sent all of a body can send it, slowly too, though it is refused") {
  namespace asio = boost::asio;
  http::ServerOptions options = impatient();
  options.linger_timeout = std::chrono::seconds{1};
  ServerUnderTest server{options};
  asio::io_context context;
  asio::ip::tcp::socket client{context};
  client.connect({asio::ip::address_v4::loopback(), server.port()});
  const std::string piece(2048UL * 1024, 'x');
  // Together longer than the server lingers without progress.
  constexpr int pieces = 4;
  const std::chrono::milliseconds pause = options.linger_timeout / 3;
  asio::write(client, asio::buffer("POST /events/ingest HTTP/1.1\r\nHost: a\r\nX-API-Key: wrong\r\nContent-Length: " +
                                   std::to_string(pieces * piece.size()) + "\r\n\r\n"));
  for (int sent = 0; sent < pieces; ++sent) {
    std::this_thread::sleep_for(pause);
    REQUIRE_NOTHROW(asio::write(client, asio::buffer(piece)));
  }
  std::string answer;
  boost::system::error_code end;
  asio::read(client, asio::dynamic_buffer(answer), end);
  CHECK(end == asio::error::eof);
  CHECK(answer.starts_with("HTTP/1.1 401 "));
}
