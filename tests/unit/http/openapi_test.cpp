#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <set>
#include <string>

#include "http/api/route_table.hpp"
#include "support/raw_http_client.hpp"
#include "support/wait_until.hpp"
#include "unit/http/api_document.hpp"
#include "unit/http/server_under_test.hpp"

// The document that is served at /openapi.json against the route table and the answers, both ways.

using namespace notifier;
using namespace notifier::testing;

namespace {

using Headers = std::map<std::string, std::string>;

const RepositoryError bug{RepositoryError::Kind::invalid_data, "a bug"};

std::string served_document(std::uint16_t port) {
  RawHttpClient client{port};
  client.send(raw_request("GET", "/openapi.json"));
  const RawAnswer answer = client.read_answer().value();
  REQUIRE(answer.status == 200);
  return answer.body;
}

/// What is given is put in the place of an example's own.
struct Changes {
  std::string target;
  std::string body;
  std::string content_type;
  std::string key = api_key;
  Headers more_headers;
};

/// Requests that are the document's examples, and their answers held against it.
class Examples {
 public:
  explicit Examples(ApiDocument& document) : document_{document}, operations_{document.operations()} {}

  [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
  [[nodiscard]] const Operation& operation(const std::string& name) const {
    return *std::ranges::find(operations_, name, &Operation::name);
  }

  [[nodiscard]] std::string request(const Operation& operation, const Changes& changes = {}) const {
    Headers headers = changes.more_headers;
    if (!operation.role().empty() && !changes.key.empty()) headers.emplace("X-API-Key", changes.key);
    std::string body = changes.body;
    if (operation.takes_body()) {
      headers.emplace("Content-Type",
                      changes.content_type.empty() ? document_.example_body_type(operation) : changes.content_type);
      if (body.empty()) body = document_.example_body(operation);
    }
    return raw_request(operation.method, changes.target.empty() ? document_.example_target(operation) : changes.target,
                       headers, body);
  }

  /// Sends `bytes` as a request for that operation. The status of the answer, which is as the document says.
  unsigned check(std::uint16_t port, const Operation& operation, const std::string& bytes) {
    RawHttpClient client{port};
    client.send(bytes);
    const RawAnswer answer = client.read_answer().value();
    INFO(operation.name() << " answered " << answer.status << " " << answer.body.substr(0, 1000));
    CHECK(document_.fault_of(operation, answer.status, answer.header("content-type"), answer.body) == "");
    CHECK((answer.body.empty() || answer.body.ends_with('\n')));
    return answer.status;
  }

  unsigned check_example(std::uint16_t port, const std::string& name, const Changes& changes = {}) {
    return check(port, operation(name), request(operation(name), changes));
  }

  /// The same of all operations that describe an answer with that status.
  void check_all(std::uint16_t port, unsigned status, const Changes& changes) {
    for (const Operation& operation : operations_) {
      if (std::ranges::count(operation.statuses(), status) == 0) continue;
      CHECK(check(port, operation, request(operation, changes)) == status);
    }
  }

 private:
  ApiDocument& document_;
  std::vector<Operation> operations_;
};

/// Makes each answer of the fakes as full as it can be.
void fill(ServerUnderTest& server) {
  server.repository.find_with([](std::string_view event_id) {
    NotificationRecord record;
    record.event_id = event_id;
    record.payload = R"({"userId":"u"})";
    record.recipient = "ada@example.com";
    record.death = NotificationDeath{.dead_letter_id = 1, .reason = "retries_exhausted"};
    record.attempts = {
        {.attempt = 1, .at = "2026-01-31T11:00:00.000Z", .error = "mailbox full", .duration = std::chrono::milliseconds{3}},
        {.attempt = 2,
         .at = "2026-01-31T11:00:01.000Z",
         .sends = {{.sender = "a", .outcome = SendOutcome::transient, .text = "busy"},
                   {.sender = "b", .text = "250 taken"}}}};
    record.siblings = {{.event_id = "e1/audit", .route = "audit"}};
    return event_id == "e1" ? std::optional{record} : std::nullopt;
  });
  server.history.answer_with(
      NotificationPage{.notifications = {ListedNotification{.event_id = "e1"}}, .next = std::nullopt});
  server.history.answer_with(
      NotificationCounts{.counts = {{.status = NotificationStatus::sent, .event_type = "t", .count = 1}}});
}

void check_successes(Examples& examples) {
  ServerUnderTest server;
  fill(server);
  for (const Operation& operation : examples.operations()) {
    CHECK(examples.check(server.port(), operation, examples.request(operation)) < 300);
  }
  CHECK(examples.check_example(server.port(), "POST /dead-letters/replay", {.body = R"({"all":true,"dryRun":true})"}) ==
        200);
  CHECK(examples.check_example(server.port(), "POST /dead-letters/replay", {.body = R"({"ids":[99],"dryRun":true})"}) ==
        200);
  CHECK(examples.check_example(server.port(), "POST /dead-letters/replay", {.body = R"({"ids":["e1",99]})"}) == 202);
  CHECK(examples.check_example(server.port(), "POST /dead-letters/discard",
                               {.body = R"({"ids":["none"],"reason":"spam"})"}) == 200);
  CHECK(examples.check_example(server.port(), "GET /dead-letters/{id}", {.target = "/dead-letters/2"}) == 200);
  CHECK(examples.check_example(server.port(), "GET /dead-letters/{id}", {.target = "/dead-letters/3"}) == 200);
  CHECK(examples.check_example(server.port(), "POST /events/ingest/batch", {.body = "[{}]"}) == 207);
}

void check_refusals(Examples& examples) {
  ServerUnderTest server;
  const std::uint16_t port = server.port();
  examples.check_all(port, 400, {.more_headers = {{"HOST", "another"}}});
  examples.check_all(port, 401, {.key = "wrong"});
  examples.check_all(port, 415, {.content_type = "text/plain"});
  examples.check_all(port, 431, {.more_headers = {{"X-Large", std::string(17 * 1024, 'x')}}});
  for (const Operation& operation : examples.operations()) {
    const std::string role = operation.role();
    if (!role.empty()) {
      const char* const lacking = role == "ingest" ? read_key : ingest_key;
      CHECK(examples.check(port, operation, examples.request(operation, {.key = lacking})) == 403);
    }
    CHECK(examples.check(port, operation, raw_request(operation.method, operation.path + "?" + std::string(2048, 'x'))) ==
          414);
    if (operation.takes_body()) {
      const std::string large = examples.request(operation, {.body = std::string(4 * 1024 * 1024 + 1, ' ')});
      CHECK(examples.check(port, operation, large.substr(0, large.find("\r\n\r\n") + 4)) == 413);
    }
    if (operation.path.contains('{')) {
      std::string target = operation.path;
      target.replace(target.find('{'), target.find('}') - target.find('{') + 1, "99");
      if (operation.path.ends_with("/items")) target = "/replays/none/items";
      CHECK(examples.check(port, operation, examples.request(operation, {.target = target})) == 404);
    }
  }
  server.dead_letters.close();
  examples.check_all(port, 409, {});
}

void check_failures(Examples& examples) {
  ServerUnderTest server;
  server.broker.throw_on_publish();
  server.repository.find_with([](std::string_view) { return std::unexpected{bug}; });
  server.history.answer_with(std::unexpected{bug});
  server.dead_letters.fail_with(bug);
  examples.check_all(server.port(), 500, {});

  server.dead_letters.fail_with({.kind = RepositoryError::Kind::refused,
                                 .detail = "user 'n' of host",
                                 .missing_right = "the database user lacks the right INSERT on the table 'replays'"});
  CHECK(examples.check_example(server.port(), "POST /dead-letters/replay") == 500);

  ServerUnderTest without_servers;
  without_servers.broker.fail_with(PublishError::unavailable);
  without_servers.set_readiness({.ready = false,
                                 .broker = {"broker", "connecting"},
                                 .database = {"database", "ready"},
                                 .senders = {{"mail", "open", OpenCircuit{.failures = 1}}},
                                 .housekeeping = {{.name = "retention", .words = "fails"}}});
  CHECK(examples.check_example(without_servers.port(), "GET /health/ready") == 503);
  CHECK(examples.check_example(without_servers.port(), "POST /events/ingest") == 503);
  CHECK(examples.check_example(without_servers.port(), "POST /events/ingest/batch") == 207);

  HttpServices health_only{.readiness = [] { return Readiness{}; },
                           .api_keys = {{.name = "test", .roles = {Role::admin}, .key = api_key}}};
  const auto health = start_http_server({.host = "127.0.0.1"}, std::move(health_only)).value();
  CHECK(examples.check_example(health->port(), "POST /events/ingest") == 404);
  CHECK(examples.check_example(health->port(), "POST /events/ingest/batch") == 404);
}

void check_what_takes_too_long(Examples& examples) {
  ServerUnderTest server{impatient()};
  for (const Operation& operation : examples.operations()) {
    CHECK(examples.check(server.port(), operation, operation.method + " " + operation.path + " HTTP/1.1\r\n") == 408);
  }
}

void check_too_many_clients(Examples& examples) {
  http::ServerOptions options;
  options.max_connections = 1;
  ServerUnderTest server{options};
  server.broker.hold_answers();
  RawHttpClient only{server.port()};
  only.send(ingest_request());
  REQUIRE(wait_until([&] { return server.broker.published_count() == 1; }));
  for (const Operation& operation : examples.operations()) {
    const unsigned status = examples.check(server.port(), operation, examples.request(operation));
    CHECK((status == 503) == !operation.role().empty());
  }
}

}  // namespace

TEST_CASE("the document describes the routes that there are, and no others") {
  const ServerUnderTest server;
  const ApiDocument document{served_document(server.port())};
  std::set<std::string> described;
  for (const Operation& operation : document.operations()) {
    described.insert(operation.name() + " " + operation.role() + (operation.takes_body() ? " with a body" : ""));
  }
  std::set<std::string> routes;
  for (const http::HttpRoute& route : http::routes()) {
    routes.insert(std::string{route.method} + " " + std::string{route.path} + " " +
                  (route.role ? std::string{to_string(*route.role)} : "") +
                  (route.max_body_bytes > 0 ? " with a body" : ""));
  }
  CHECK(described == routes);
}

TEST_CASE("each answer is as the document describes it, and whatever it describes is answered") {
  ApiDocument document{[] { return served_document(ServerUnderTest{}.port()); }()};
  Examples examples{document};
  check_successes(examples);
  check_refusals(examples);
  check_failures(examples);
  check_what_takes_too_long(examples);
  check_too_many_clients(examples);
  for (const std::string& missing : document.not_shown()) FAIL_CHECK("described, but not answered: " << missing);
}

TEST_CASE("the parameters of the document are taken by their routes, and others are not") {
  ServerUnderTest server;
  ApiDocument document{served_document(server.port())};
  Examples examples{document};
  for (const Operation& operation : examples.operations()) {
    const std::string target = document.example_target(operation, true);
    if (!target.contains('?')) continue;
    CHECK(examples.check(server.port(), operation, examples.request(operation, {.target = target})) == 200);
    CHECK(examples.check(server.port(), operation, examples.request(operation, {.target = target + "&other=1"})) == 400);
  }
}
