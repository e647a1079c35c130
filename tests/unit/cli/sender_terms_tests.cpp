#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "app/sender_terms.hpp"
#include "unit/cli/config_file_under_test.hpp"
#include "unit/cli/routing_tables_under_test.hpp"

using namespace notifier;
using notifier::testing::ConfigFileUnderTest;
using notifier::testing::mock;
using notifier::testing::settings_of;
using notifier::testing::with_route;
using std::chrono::seconds;

TEST_CASE("How long sends take and when they are retried follows from their kind, unless it is said") {
  const std::string smtp = "[senders.s]\ntype = \"smtp\"\nhost = \"localhost\"\nfrom = \"a@example.com\"\n";
  const std::string webhook =
      "[senders.s]\ntype = \"webhook\"\nurl = \"https://example.com\"\nsecrets = [\"whsec_c2VjcmV0\"]\n";
  const auto settings_with = [](const std::string& sender, std::vector<std::string> more = {}) {
    return settings_of(with_route(sender), std::move(more));
  };
  const auto sender_of = [](const Settings& settings) { return settings.routing.senders.front(); };
  const auto retries = [&](const Settings& settings) { return retries_of(sender_of(settings), settings.retry); };

  CHECK(sender_of(settings_with(smtp)).deadline == std::chrono::minutes{5});
  CHECK(longest_send(sender_of(settings_with(smtp))) == std::chrono::minutes{15});
  CHECK(sender_of(settings_with(webhook)).deadline == seconds{30});
  CHECK(sender_of(settings_with(mock)).deadline == seconds{10});
  for (const std::string& sender : {smtp, webhook, mock}) {
    CHECK(sender_of(settings_with(sender, {"--send-deadline=20s"})).deadline == seconds{20});
    CHECK(sender_of(settings_with(sender + "deadline = \"1m\"\n", {"--send-deadline=20s"})).deadline == seconds{60});
  }

  CHECK(retries(settings_with(webhook)).max_retries == 3);
  CHECK(retries(settings_with(webhook)).delays == RetrySettings{}.delays);
  CHECK(retries(settings_with(webhook, {"--max-retries=1"})).max_retries == 1);
  CHECK(retries(settings_with(smtp)).max_retries == 7);
  CHECK(retries(settings_with(smtp)).delays.front() == std::chrono::minutes{1});
  CHECK(retries(settings_with(smtp)).delays.back() == std::chrono::hours{24});
  CHECK(retries(settings_with(smtp + "retry = \"quick\"\n")).delays == RetrySettings{}.delays);
  CHECK(retries(settings_with(webhook + "retry = \"webhook\"\nmax-retries = 4\n")).max_retries == 4);
  CHECK(retries(settings_with(webhook + "retry = \"webhook\"\n")).delays.size() == 7);
  CHECK(retries(settings_with(smtp + "retry-delays = \"2s\"\n")).max_retries == 3);
  CHECK(retries(settings_with(smtp + "retry-delays = \"2s\"\n")).delays ==
        std::vector<std::chrono::milliseconds>{seconds{2}});
}

TEST_CASE("Delays that are configured have a queue, and long waits have steps") {
  const auto ladder_with = [](const std::string& more) {
    return delay_ladder(ConfigFileUnderTest{with_route(mock + more)}.read().value().settings);
  };
  using Delays = std::vector<std::chrono::milliseconds>;
  const Delays usual{seconds{1}, seconds{5}, seconds{30}, std::chrono::minutes{5}, std::chrono::hours{1}};
  CHECK(ladder_with("") == usual);
  CHECK(ladder_with("retry = \"mail\"\n") == usual);
  CHECK(std::ranges::count(ladder_with("retry-delays = [\"7s\", \"2h\"]\n"), std::chrono::hours{2}) == 1);
  Settings coarse;
  coarse.retry.delays = {seconds{5}};
  CHECK(delay_ladder(coarse) == Delays{seconds{5}, seconds{1}, std::chrono::minutes{5}, std::chrono::hours{1}});
  coarse.retry.delays = {std::chrono::milliseconds{500}};
  CHECK(std::ranges::count(delay_ladder(coarse), seconds{1}) == 0);
}

TEST_CASE("A route has the retries of its first sender, and time for all of them") {
  const Settings settings =
      ConfigFileUnderTest{
          "[senders.first]\ntype = \"mock\"\ndeadline = \"7s\"\nmax-retries = 9\n[senders.second]\ntype = \"mock\"\n"
          "deadline = \"4s\"\n[routes.r]\nevents = \"*\"\nsenders = [\"first\", \"second\"]\n"}
          .read()
          .value()
          .settings;
  const auto terms = terms_by_route(settings);
  CHECK(terms.at("r").deadline == seconds{11});
  CHECK(terms.at("r").retry.max_retries() == 9);
}
