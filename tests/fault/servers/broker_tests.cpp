#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "fault/kit/readiness_watch.hpp"
#include "fault/kit/server_control.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"

using namespace notifier::testing;

TEST_CASE("#6 A broker that is restarted under load, twice, costs nothing that was accepted") {
  RabbitmqServer rabbitmq;
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  NotifierProcess consume{{"consume"}, servers.settings({{"MOCK_LATENCY", "20ms"}})};
  ReadinessWatch api_watch{api.port()};
  ReadinessWatch consume_watch{consume.port()};
  Load load{api.port(), {.failing_of_hundred = 5}};
  for (int round = 0; round < 2; ++round) {
    REQUIRE(load.await_accepted(300));
    rabbitmq.stop();
    api_watch.await_not_ready();
    consume_watch.await_not_ready();
    rabbitmq.start();
    api_watch.await_ready();
    consume_watch.await_ready();
  }
  REQUIRE(load.await_accepted(300));
  const Ledger ledger = load.stop();
  const Account account = account_for(ledger, [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
  CHECK(api_watch.failed_liveness_checks() == 0);
  CHECK(consume_watch.failed_liveness_checks() == 0);
}
