#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <csignal>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "support/executables.hpp"
#include "support/free_port.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

/// One notification at a time, so that a death hits exactly one; and claims of the dead have to expire before the living go
/// on.
const Environment one_at_a_time{
    {"SEND_CONCURRENCY", "1"}, {"PREFETCH", "100"}, {"SEND_DEADLINE", "100ms"}, {"RETRY_DELAYS", "100ms"}};

/// A process that dies when it passes `failpoint` for the `pass`-th time.
Environment dying_at(Environment settings, const std::string& failpoint, unsigned pass) {
  settings["NOTIFIER_FAILPOINT"] = failpoint + ":kill:" + std::to_string(pass);
  return settings;
}

void await_death(NotifierProcess& process) { REQUIRE(process.wait_for_exit() == -SIGKILL); }

Ledger ledger_of(const std::set<std::string>& ids) { return {.accepted = ids}; }

std::set<std::string> accept_events(const RealServers& servers, std::size_t count, const std::string& email) {
  NotifierProcess api{{"api"}, servers.settings()};
  std::set<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) ids.insert(accepted_event_id(api.port(), event_body(email)));
  return ids;
}

}  // namespace

TEST_CASE("#1 An API that dies at any point of a request under load has lost nothing that it has accepted") {
  const std::string failpoint = GENERATE("request_read", "published", "confirmed", "replied");
  const RealServers servers;
  const NotifierProcess consume{{"consume"}, servers.settings()};
  const std::uint16_t port = free_port();
  const Environment settings = servers.settings({{"API_PORT", std::to_string(port)}});
  std::optional<NotifierProcess> api;
  api.emplace(std::vector<std::string>{"api"}, dying_at(settings, failpoint, 100), notifier_with_failpoints());
  Load load{port};
  await_death(*api);
  api.emplace(std::vector<std::string>{"api"}, settings);
  REQUIRE(load.await_accepted(50));
  const Account account = account_for(load.stop(), [&] { return holdings_of(servers); });
  report(account);
  INFO(failpoint);
  CHECK(account.balances());
  CHECK(account.resent == 0);
}

TEST_CASE("#2 A consumer that dies at any point of a delivery has lost nothing, and repeats only what it was sending") {
  struct Death {
    std::string failpoint;
    std::string email;
    std::size_t most_resent;
  };
  const std::string succeeds = "user@example.com";
  const std::string fails = "fail@example.com";
  const auto death =
      GENERATE_COPY(Death{"delivered", succeeds, 0}, Death{"claimed", succeeds, 0}, Death{"send_begun", succeeds, 0},
                    Death{"send_done", succeeds, 1}, Death{"retry_published", fails, 1},
                    Death{"dead_letter_published", fails, 1}, Death{"recorded", fails, 0}, Death{"acked", succeeds, 0});
  const RealServers servers;
  const auto ids = accept_events(servers, 20, death.email);
  const Environment settings = servers.settings(one_at_a_time);
  {
    NotifierProcess dying{{"consume"}, dying_at(settings, death.failpoint, 10), notifier_with_failpoints()};
    await_death(dying);
  }
  const NotifierProcess next{{"consume"}, settings};
  const Account account = account_for(ledger_of(ids), [&] { return holdings_of(servers); });
  report(account);
  INFO(death.failpoint);
  CHECK(account.balances());
  CHECK(account.resent <= death.most_resent);
}

TEST_CASE("#20 A consumer that dies after each publish of a retry does not multiply the copies") {
  const RealServers servers;
  const auto ids = accept_events(servers, 3, "fail@example.com");
  const Environment settings = servers.settings(one_at_a_time);
  for (int death = 0; death < 4; ++death) {
    NotifierProcess dying{{"consume"}, dying_at(settings, "retry_published", 2), notifier_with_failpoints()};
    // When all retries have been published by those before it, there is nothing to die of.
    if (!wait_until([&] { return !dying.is_running(); }, std::chrono::seconds{10})) break;
  }
  const NotifierProcess next{{"consume"}, settings};
  const Account account = account_for(ledger_of(ids), [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
  CHECK(account.queues.at("notification_dead_letter_queue") == ids.size());
}

TEST_CASE("The product itself has no failpoints") {
  const RealServers servers;
  NotifierProcess api{{"api"}, dying_at(servers.settings(), "request_read", 1)};
  CHECK_FALSE(accepted_event_id(api.port(), event_body()).empty());
  CHECK(api.is_running());
}

TEST_CASE("An unknown failpoint ends the process that would obey it") {
  NotifierProcess process{{"config"}, {{"NOTIFIER_FAILPOINT", "nowhere:kill"}}, notifier_with_failpoints()};
  CHECK(process.wait_for_exit() == 2);
  CHECK(process.output().contains("request_read"));
}
