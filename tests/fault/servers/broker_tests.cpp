#include <catch2/catch_test_macros.hpp>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "fault/kit/server_control.hpp"
#include "fault/servers/running_notifier.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"

using namespace notifier::testing;

TEST_CASE("#6 A broker that is restarted under load costs nothing that was accepted") {
  RabbitmqServer rabbitmq;
  RunningNotifier notifier;
  for (int round = 0; round < 2; ++round) {
    notifier.await_load();
    rabbitmq.stop();
    notifier.await_not_ready();
    rabbitmq.start();
    notifier.await_ready();
  }
  notifier.check_account();
}

TEST_CASE("#5 A broker that is killed while messages wait in delay queues costs nothing that was accepted") {
  RabbitmqServer rabbitmq;
  RunningNotifier notifier{{{"RETRY_DELAYS", "1s,2s,3s"}}};
  for (int round = 0; round < 3; ++round) {
    notifier.await_load();
    rabbitmq.settle_new_queues();
    rabbitmq.kill();
    notifier.await_not_ready();
    rabbitmq.start();
    notifier.await_ready();
  }
  notifier.check_account();
}

TEST_CASE("#7 A broker that hangs is found out, and costs nothing that was accepted") {
  RabbitmqServer rabbitmq;
  RunningNotifier notifier;
  notifier.await_load();
  rabbitmq.freeze();
  notifier.await_not_ready();
  CHECK(ingest(notifier.api_port(), event_body()).status == 503);
  rabbitmq.thaw();
  notifier.await_ready();
  notifier.check_account();
}

TEST_CASE("#11 A broker with a memory alarm gets no events, its consumers go on, and all is well when it clears") {
  RabbitmqServer rabbitmq;
  RunningNotifier notifier;
  notifier.await_load();
  rabbitmq.raise_memory_alarm();
  notifier.await_not_ready();
  CHECK(ingest(notifier.api_port(), event_body()).status == 503);
  rabbitmq.clear_memory_alarm();
  notifier.await_ready();
  notifier.check_account();
}

TEST_CASE("A broker that takes back what is held for longer than its consumer_timeout sees each event sent once") {
  const RabbitmqServer rabbitmq;
  // The servers are the case's own.
  rabbitmq.ctl(
      "eval 'application:set_env(rabbit, consumer_timeout, 3000), application:set_env(rabbit, channel_tick_interval, "
      "1000).'");
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  const NotifierProcess consume{
      {"consume"}, servers.settings({{"MOCK_LATENCY", "8s"}, {"SEND_DEADLINE", "10s"}, {"SEND_CONCURRENCY", "2"}})};
  Load load{api.port(), {.most_events = 6}};
  REQUIRE(load.await_accepted(6));
  const Account account = account_for(load.stop(), [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
  CHECK(account.dead == 0);
  CHECK(lines_with(R"("connection":"consuming","broker")", consume.output()) > 1);
}
