#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "contract/sender/name_service.hpp"
#include "contract/sender/sending.hpp"
#include "contract/sender/webhook_fixture.hpp"
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
  REQUIRE(std::holds_alternative<FailedForNow>(result));
  CHECK_THAT(std::get<FailedForNow>(result).error, !ContainsSubstring("127.0.0.1") && ContainsSubstring("WEBHOOK_ALLOW"));
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
                            [](const SendResult& result) { return std::holds_alternative<FailedForNow>(result); }));
  CHECK(name_service.look_ups() > 0);
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
