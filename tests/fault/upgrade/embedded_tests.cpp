#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstddef>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "fault/upgrade/installation.hpp"
#include "support/free_port.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"

using namespace notifier::testing;

// The files of the embedded default belong to one process at a time, so one version opens what the other has left.

TEST_CASE("#1 #2 The files of the embedded default go from version to version and back, and nothing in them is lost") {
  const TemporaryFolder folder;
  const std::uint16_t port = free_port();
  Environment settings = embedded_settings(folder, {{"MOCK_LATENCY", "20ms"}, {"SEND_CONCURRENCY", "5"}});
  settings["API_PORT"] = std::to_string(port);
  Load load{port, {.events_per_second = 200, .failing_of_hundred = 10}};
  constexpr std::size_t events_of_each = 100;
  for (const Version version : {Version::earlier, Version::current, Version::earlier}) {
    NotifierProcess all{{"all"}, settings, executable_of(version)};
    REQUIRE(load.await_accepted(events_of_each));
    all.signal(SIGTERM);
    INFO(all.output());
    REQUIRE(all.wait_for_exit() == 0);
  }
  NotifierProcess all{{"all"}, settings};
  REQUIRE(load.await_accepted(events_of_each));
  const Ledger ledger = load.stop();
  const Account account = account_for(ledger, [&] { return holdings_of(folder); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
  CHECK(all.is_running());
}
