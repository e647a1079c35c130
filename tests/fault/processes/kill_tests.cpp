#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "support/free_port.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

constexpr unsigned kills = 10;
constexpr std::size_t events_between_kills = 150;
constexpr std::size_t sends_at_once = 20;

/// Enough under way at any moment that a kill hits something, and claims that expire soon after it.
const Environment busy{{"MOCK_LATENCY", "20ms"},
                       {"SEND_DEADLINE", "500ms"},
                       {"SEND_CONCURRENCY", std::to_string(sends_at_once)},
                       {"PREFETCH", "100"}};

void kill_now(std::optional<NotifierProcess>& process) {
  process->signal(SIGKILL);
  REQUIRE(process->wait_for_exit() == -SIGKILL);
}

}  // namespace

TEST_CASE("#1 An API that is killed ten times under load loses nothing that it has accepted") {
  const RealServers servers;
  const std::uint16_t port = free_port();
  const NotifierProcess consume{{"consume"}, servers.settings(busy)};
  std::optional<NotifierProcess> api;
  api.emplace(std::vector<std::string>{"api"}, servers.settings({{"API_PORT", std::to_string(port)}}));
  Load load{port, {.failing_of_hundred = 5}};
  for (unsigned i = 0; i < kills; ++i) {
    REQUIRE(load.await_accepted(events_between_kills));
    kill_now(api);
    api.emplace(std::vector<std::string>{"api"}, servers.settings({{"API_PORT", std::to_string(port)}}));
  }
  REQUIRE(load.await_accepted(events_between_kills));
  const Ledger ledger = load.stop();
  const Account account = account_for(ledger, [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
}

TEST_CASE("#2 A consumer that is killed ten times under load loses nothing, and sends again only what was under way") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  std::optional<NotifierProcess> consume;
  consume.emplace(std::vector<std::string>{"consume"}, servers.settings(busy));
  Load load{api.port(), {.failing_of_hundred = 5}};
  for (unsigned i = 0; i < kills; ++i) {
    const std::size_t before = servers.sends().size();
    REQUIRE(wait_until([&] { return servers.sends().size() > before + events_between_kills; }));
    kill_now(consume);
    consume.emplace(std::vector<std::string>{"consume"}, servers.settings(busy));
  }
  const Ledger ledger = load.stop();
  const Account account = account_for(ledger, [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent <= kills * sends_at_once);
}

TEST_CASE("#1 #2 The embedded default, killed ten times under load, loses nothing") {
  const TemporaryFolder folder;
  const std::uint16_t port = free_port();
  Environment settings = embedded_settings(folder, busy);
  settings["API_PORT"] = std::to_string(port);
  std::optional<NotifierProcess> all;
  all.emplace(std::vector<std::string>{"all"}, settings);
  Load load{port, {.failing_of_hundred = 5}};
  for (unsigned i = 0; i < kills; ++i) {
    REQUIRE(load.await_accepted(events_between_kills));
    kill_now(all);
    all.emplace(std::vector<std::string>{"all"}, settings);
  }
  REQUIRE(load.await_accepted(events_between_kills));
  const Ledger ledger = load.stop();
  const Account account = account_for(ledger, [&] { return holdings_of(folder); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent <= kills * sends_at_once);
}
