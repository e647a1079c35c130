#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "fault/cluster/rabbitmq_cluster.hpp"
#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/readiness_watch.hpp"
#include "fault/kit/report.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"

using namespace notifier::testing;

TEST_CASE("#5 Nodes of a cluster are killed one after the other, then two at once, and nothing that was accepted is lost") {
  RabbitmqCluster cluster;
  {
    const RealServers servers;
    const Environment settings =
        servers.settings({{"RABBITMQ_URL", cluster.urls(servers.vhost())}, {"MOCK_LATENCY", "20ms"}});
    NotifierProcess api{{"api"}, settings};
    NotifierProcess consume{{"consume"}, settings};
    ReadinessWatch api_watch{api.port()};
    ReadinessWatch consume_watch{consume.port()};
    Load load{api.port(), {.events_per_second = 200, .failing_of_hundred = 5}};
    REQUIRE(load.await_accepted(300));
    cluster.settle_new_queues();

    // The first node leads the queues, and is the one to which both are connected.
    cluster.ask(2);
    cluster.node(0).kill();
    REQUIRE(load.await_accepted(300));
    api_watch.await_ready();
    consume_watch.await_ready();
    cluster.node(0).start();

    cluster.node(1).kill();
    REQUIRE(load.await_accepted(300));
    api_watch.await_ready();
    consume_watch.await_ready();

    // Now two of three are gone, and with them the quorum.
    cluster.node(0).kill();
    api_watch.await_not_ready();
    cluster.node(0).start();
    cluster.node(1).start();
    const auto recovery = std::max(api_watch.await_ready(), consume_watch.await_ready());
    REQUIRE(load.await_accepted(300));

    const Ledger ledger = load.stop();
    const Account account = account_for(ledger, [&] { return holdings_of(servers); });
    report(account, recovery);
    CHECK(account.balances());
    CHECK(account.resent == 0);
    CHECK(api_watch.failed_liveness_checks() == 0);
    CHECK(consume_watch.failed_liveness_checks() == 0);
  }
}
