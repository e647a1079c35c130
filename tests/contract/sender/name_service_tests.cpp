#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <optional>
#include <string>

#include "contract/sender/name_service.hpp"
#include "contract/sender/send_results.hpp"
#include "contract/sender/sending.hpp"
#include "contract/sender/smtp_fixture.hpp"
#include "contract/sender/webhook_fixture.hpp"
#include "support/two_addresses.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("A public name of an address that is not public is not connected to", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.settings.url = "http://" + std::string{private_name} + ":" + std::to_string(fixture.receiver.port()) + "/";
  fixture.settings.allow.clear();
  Sending sending{fixture};
  const SendResult result = sending.result_of("evt-1");
  REQUIRE(std::holds_alternative<TransientFailure>(result));
  CHECK_THAT(std::get<TransientFailure>(result).error,
             !ContainsSubstring("127.0.0.1") && ContainsSubstring("WEBHOOK_ALLOW"));
  CHECK(fixture.receiver.connections() == 0);
}

TEST_CASE("A name service that is silent keeps no send longer than its deadline", "[sender][webhook]") {
  const SilentNameService name_service;
  WebhookFixture fixture;
  fixture.settings.url = "http://" + std::string{SilentNameService::name} + "/";
  fixture.settings.connections = 20;
  Sending sending{fixture};
  sending.send(numbered_event_ids("evt", 20), std::chrono::milliseconds{200});
  REQUIRE(sending.wait_for_all());
  CHECK(std::ranges::all_of(sending.results(),
                            [](const SendResult& result) { return std::holds_alternative<TransientFailure>(result); }));
  CHECK(name_service.look_ups() > 0);
}

TEST_CASE("An address that is silent does not keep a webhook from the next one", "[sender][webhook]") {
  WebhookFixture fixture;
  const std::uint16_t port = fixture.receiver.port();
  fixture.settings.url = "http://" + std::string{name_of_two_addresses} + ":" + std::to_string(port) + "/";
  fixture.settings.allow = {"127.0.0.0/30"};
  const SilentListener silent{port};
  Sending sending{fixture};
  sending.send(numbered_event_ids("evt", 3), std::chrono::minutes{10});
  REQUIRE(sending.wait_for_all());
  CHECK(std::ranges::all_of(sending.results(), is_sent));
  CHECK(fixture.receiver.requests().size() == 3);
}

TEST_CASE("Of two addresses the one that is not allowed is not connected to", "[sender][webhook]") {
  WebhookFixture fixture;
  const std::uint16_t port = fixture.receiver.port();
  fixture.settings.url = "http://" + std::string{name_of_two_addresses} + ":" + std::to_string(port) + "/";
  SECTION("the one that answers") {
    const SilentListener silent{port};
    fixture.settings.allow = {"127.0.0.2"};
    Sending sending{fixture};
    CHECK_FALSE(is_sent(sending.result_of("evt-1", std::chrono::seconds{1})));
    CHECK(fixture.receiver.connections() == 0);
  }
  SECTION("the other one") {
    fixture.settings.allow = {"127.0.0.1"};
    Sending sending{fixture};
    CHECK(is_sent(sending.result_of("evt-1")));
  }
}

TEST_CASE("Silent addresses hold a webhook up until its deadline, and a sender not that long", "[sender][webhook]") {
  WebhookFixture fixture;
  fixture.settings.url =
      "http://" + std::string{name_of_two_addresses} + ":" + std::to_string(fixture.receiver.port()) + "/";
  fixture.settings.allow = {"127.0.0.2"};
  const SilentListener silent{fixture.receiver.port()};
  Sending sending{fixture};
  CHECK_THAT(error_for_now(sending.result_of("evt-1", std::chrono::seconds{1})), ContainsSubstring("deadline"));
  sending.send({"evt-2"}, std::chrono::hours{1});
  sending.destroy_sender();
  CHECK(sending.wait_for_all());
}

TEST_CASE("An address that is silent, or refuses, does not keep mail from the next one", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.settings.host = name_of_two_addresses;
  fixture.settings.connections = 1;
  std::optional<SilentListener> silent;
  if (GENERATE(true, false)) silent.emplace(fixture.server.port());
  Sending sending{fixture};
  sending.send(numbered_event_ids("evt", 3), std::chrono::minutes{10});
  REQUIRE(sending.wait_for_all());
  CHECK(std::ranges::all_of(sending.results(), is_sent));
  CHECK(fixture.server.connections().size() == 1);
}

TEST_CASE("A sender is destroyed while the name service is silent", "[sender][webhook]") {
  const SilentNameService name_service;
  WebhookFixture fixture;
  fixture.settings.url = "http://" + std::string{SilentNameService::name} + "/";
  Sending sending{fixture};
  sending.send({"evt-1"}, std::chrono::hours{1});
  REQUIRE(wait_until([&] { return name_service.look_ups() == 1; }));
  sending.destroy_sender();
  CHECK(name_service.look_ups() == 1);
}

}  // namespace
}  // namespace notifier::testing
