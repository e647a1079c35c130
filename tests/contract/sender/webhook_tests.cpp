#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <memory>
#include <string>
#include <thread>

#include "contract/sender/send_results.hpp"
#include "contract/sender/sending.hpp"
#include "contract/sender/webhook_fixture.hpp"
#include "senders/http/transfer_loop.hpp"
#include "senders/http/webhook_sender.hpp"
#include "senders/http/webhook_transfer.hpp"
#include "support/wait_until.hpp"

// What webhooks promise beyond what every sender does, when all goes well.

namespace notifier::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using namespace std::chrono_literals;
using Fault = ReceiverAnswer::Fault;

TEST_CASE("A webhook is a POST of JSON with the headers of Standard Webhooks", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.settings.secrets.emplace_back("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  Sending sending{fixture};
  const auto before = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
  REQUIRE(is_sent(sending.result_of("evt-1")));
  const ReceivedRequest request = fixture.receiver.requests().at(0);
  CHECK(request.method == "POST");
  CHECK(request.target == "/hooks?for=us");
  CHECK(request.headers.at("content-type") == "application/json");
  CHECK_THAT(request.headers.at("user-agent"), StartsWith("notifier/"));
  CHECK(request.headers.at("webhook-id") == "notif-evt-1");
  CHECK(std::stoll(request.headers.at("webhook-timestamp")) >= before);
  const std::string signatures = request.headers.at("webhook-signature");
  CHECK_THAT(signatures, StartsWith("v1,"));
  CHECK_THAT(signatures, ContainsSubstring(" v1,"));
  CHECK_FALSE(request.headers.contains("cookie"));
  CHECK(boost::json::parse(request.body).at("type") == "order_shipped");
}

TEST_CASE("Without a secret a webhook has no signature", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.settings.secrets.clear();
  Sending sending{fixture};
  REQUIRE(is_sent(sending.result_of("evt-1")));
  CHECK_FALSE(fixture.receiver.requests().at(0).headers.contains("webhook-signature"));
}

TEST_CASE("Many webhooks share few connections", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.settings.connections = 4;
  Sending sending{fixture};
  for (const auto* const round : {"one", "two", "three"}) sending.send(numbered_event_ids(round, 200));
  REQUIRE(sending.wait_for_all());
  CHECK(std::ranges::all_of(sending.results(), is_sent));
  CHECK(fixture.receiver.requests().size() == 600);
  CHECK(fixture.receiver.connections() <= 4);
}

TEST_CASE("Connections that are in use all the time are made anew, since a name may have moved", "[sender][webhook]") {
  HttpReceiver receiver;
  boost::asio::io_context context{1};
  const auto work = boost::asio::make_work_guard(context);
  const std::jthread thread{[&] { context.run(); }};
  const WebhookDestination destination{.url = "http://127.0.0.1:" + std::to_string(receiver.port()) + "/",
                                       .ca_file = {},
                                       .signer = WebhookSigner::make({}).value(),
                                       .guard = AddressGuard::make({"127.0.0.0/8"}).value(),
                                       .executor = context.get_executor()};
  std::atomic<unsigned> sent = 0;
  {
    TransferLoop loop{{.connections = 2, .connection_life = std::chrono::milliseconds{50}}};
    unsigned begun = 0;
    CHECK(wait_until([&] {
      for (; begun < sent + 4; ++begun) {
        loop.start(std::make_unique<WebhookTransfer>(
                       destination, test_notification("evt-" + std::to_string(begun), "ada@example.com"),
                       [&sent](const SendResult& result) { sent += std::holds_alternative<Sent>(result) ? 1 : 0; }),
                   std::chrono::seconds{30});
      }
      return receiver.connections() >= 6;
    }));
    CHECK(wait_until([&] { return sent == begun; }));
    CHECK(receiver.open_connections() <= 4);
  }
  context.stop();
}

TEST_CASE("The user and password of a URL are sent and shown nowhere else", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.settings.url = "http://ada:lovelace@127.0.0.1:" + std::to_string(fixture.receiver.port()) + "/";
  fixture.receiver.answer_with({.status = 401});
  Sending sending{fixture};
  CHECK(error_for_now(sending.result_of("evt-1")) == "HTTP 401");
  CHECK(fixture.receiver.requests().at(0).headers.at("authorization") == "Basic YWRhOmxvdmVsYWNl");
  fixture.receiver.answer_with({.fault = Fault::reset});
  CHECK_THAT(error_for_now(sending.result_of("evt-2")), !ContainsSubstring("lovelace"));
}

TEST_CASE("An answer after a while is an answer", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.receiver.answer_with({.status = 204, .delay = 100ms});
  Sending sending{fixture};
  CHECK(is_sent(sending.result_of("evt-1")));
}

TEST_CASE("A provider says when to come again, and why", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.receiver.answer_with(
      {.status = 429, .headers = {{"rEtRy-AfTeR", "  7 "}}, .body = "slow\r\n\x1b[31mdown " + std::string(50'000, 'x')});
  Sending sending{fixture};
  const SendResult result = sending.result_of("evt-1");
  CHECK_THAT(error_for_now(result), StartsWith("HTTP 429: slow [31mdown xxx"));
  CHECK(error_for_now(result).size() == std::string_view{"HTTP 429: "}.size() + 200);
  CHECK(std::get<TransientFailure>(result).retry_after == 7s);
}

TEST_CASE("A redirect is not followed, and its target told", "[sender][webhook]") {
  WebhookFixture fixture;
  const HttpReceiver elsewhere;
  const std::string target = "http://127.0.0.1:" + std::to_string(elsewhere.port()) + "/hooks";
  const unsigned status = GENERATE(301U, 302U, 303U, 307U, 308U);
  fixture.receiver.answer_with({.status = status, .headers = {{"lOcAtIoN", " " + target + " "}}, .body = "Moved"});
  Sending sending{fixture};
  CHECK(error_for_now(sending.result_of("evt-1")) ==
        "HTTP " + std::to_string(status) + ": a redirect to " + target + ", which is not followed");
  CHECK(fixture.receiver.requests().size() == 1);
  CHECK(elsewhere.connections() == 0);
}

TEST_CASE("A large payload is sent at once", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.email = std::string(3'000'000, 'a') + "@example.com";
  Sending sending{fixture};
  REQUIRE(is_sent(sending.result_of("evt-1")));
  CHECK(fixture.receiver.requests().at(0).body.size() > 3'000'000);
}

TEST_CASE("A connection that breaks off before the answer's header is complete has failed for now", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.receiver.answer_with({.fault = GENERATE(Fault::reset, Fault::reset_in_header)});
  Sending sending{fixture};
  CHECK_THAT(error_for_now(sending.result_of("evt-1")),
             StartsWith("no answer from 127.0.0.1:" + std::to_string(fixture.receiver.port()) + ": "));
  CHECK(fixture.receiver.requests().size() == 1);
  fixture.receiver.answer_with({});
  CHECK(is_sent(sending.result_of("evt-2")));
}

TEST_CASE("An answer counts although its body breaks off", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.receiver.answer_with({.status = 200, .body = "a body", .fault = Fault::reset_in_body});
  Sending sending{fixture};
  CHECK(is_sent(sending.result_of("evt-1")));
  fixture.receiver.answer_with({.status = 500, .body = "a body", .fault = Fault::reset_in_body});
  CHECK_THAT(error_for_now(sending.result_of("evt-2")), StartsWith("HTTP 500"));
}

TEST_CASE("An endless body is not read", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.receiver.answer_with({.status = 200, .fault = Fault::endless_body});
  Sending sending{fixture};
  CHECK(is_sent(sending.result_of("evt-1")));
  CHECK(wait_until([&] { return fixture.receiver.open_connections() == 0; }));
  fixture.receiver.answer_with({});
  CHECK(is_sent(sending.result_of("evt-2")));
}

TEST_CASE("An endless header is not read and is no answer", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.receiver.answer_with({.status = 200, .fault = Fault::endless_header});
  Sending sending{fixture};
  CHECK_FALSE(error_for_now(sending.result_of("evt-1")).empty());
  CHECK(wait_until([&] { return fixture.receiver.open_connections() == 0; }));
}

TEST_CASE("A peer that is not there has failed for now", "[sender][webhook]") {
  WebhookFixture fixture;
  const auto [url, error] = GENERATE(table<std::string, std::string>(
      {{"http://ada:lovelace@127.0.0.1:1/hooks?key=k", "no connection to 127.0.0.1:1: Connection refused"},
       {"https://no-such-host.invalid/", "no connection to no-such-host.invalid:443: its name cannot be resolved"}}));
  fixture.settings.url = url;
  Sending sending{fixture};
  CHECK(error_for_now(sending.result_of("evt-1")) == error);
}

TEST_CASE("A peer that took no answer in time gets other sends on other connections", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.settings.connections = 1;
  fixture.receiver.answer_with({.fault = Fault::silence});
  Sending sending{fixture};
  CHECK(error_for_now(sending.result_of("evt-1", 200ms)) ==
        "no answer from 127.0.0.1:" + std::to_string(fixture.receiver.port()) + " within the deadline");
  fixture.receiver.answer_with({});
  CHECK(is_sent(sending.result_of("evt-2")));
  CHECK(fixture.receiver.connections() == 2);
}

TEST_CASE("Settings that cannot be used are told", "[sender][webhook]") {
  WebhookFixture fixture;
  boost::asio::io_context context;
  const auto error_of = [&] {
    const auto sender = make_webhook_sender(context.get_executor(), fixture.settings);
    REQUIRE_FALSE(sender);
    return sender.error();
  };
  SECTION("a URL") {
    fixture.settings.url = GENERATE("", "hooks.example.com", "https://", "ftp://example.com/", "file:///etc/passwd",
                                    "http://ada:lovelace@exa mple.com/", "http://example.com:70000/");
    CHECK_THAT(error_of(), ContainsSubstring("URL") && !ContainsSubstring("lovelace"));
  }
  SECTION("a secret") {
    fixture.settings.secrets = {"whsec_lovelace"};
    CHECK_THAT(error_of(), ContainsSubstring("secret 1") && !ContainsSubstring("lovelace"));
  }
  SECTION("a network") {
    fixture.settings.allow = {"10.0.0.0/99"};
    CHECK_THAT(error_of(), ContainsSubstring("WEBHOOK_ALLOW") && ContainsSubstring("10.0.0.0/99"));
  }
  SECTION("a file") {
    fixture.settings.ca_file = "/nowhere/ca.pem";
    CHECK_THAT(error_of(), ContainsSubstring("/nowhere/ca.pem"));
  }
}

}  // namespace
}  // namespace notifier::testing
