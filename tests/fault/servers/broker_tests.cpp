#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/readiness_watch.hpp"
#include "fault/kit/report.hpp"
#include "fault/kit/server_control.hpp"
#include "fault/kit/truth_watch.hpp"
#include "support/http_request.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"

using namespace notifier::testing;

namespace {

constexpr std::size_t events_before_fault = 300;

/// `api` and `consume` on the real servers, under load and watched.
class RunningNotifier {
 public:
  explicit RunningNotifier(const Environment& changes = {{"MOCK_LATENCY", "20ms"}})
      : api_{{"api"}, servers_.settings()}, consume_{{"consume"}, servers_.settings(changes)} {}

  std::uint16_t api_port() { return api_.port(); }

  void await_load() { REQUIRE(load_.await_accepted(events_before_fault)); }

  void await_not_ready() {
    api_watch_.await_not_ready();
    consume_watch_.await_not_ready();
  }

  /// Call it when the fault has ended.
  void await_ready() {
    const auto api_took = api_watch_.await_ready();
    const auto consume_took = consume_watch_.await_ready();
    recovery_ = std::max({recovery_, api_took, api_took + consume_took});
  }

  void check_account() {
    await_load();
    Ledger ledger = load_.stop();
    ledger.accepted.merge(truth_.stop());
    const Account account = account_for(ledger, [&] { return holdings_of(servers_); });
    report(account, recovery_);
    CHECK(account.balances());
    CHECK(account.resent == 0);
    CHECK(ledger.answers.size() <= 2);  // 202 and 503
    CHECK(truth_.refused_though_ready() == 0);
    CHECK(truth_.accepted_though_not_ready() == 0);
    CHECK(api_watch_.failed_liveness_checks() == 0);
    CHECK(consume_watch_.failed_liveness_checks() == 0);
  }

  const RealServers& servers() const { return servers_; }
  const Load& load() const { return load_; }

 private:
  RealServers servers_;
  NotifierProcess api_;
  NotifierProcess consume_;
  ReadinessWatch api_watch_{api_.port()};
  ReadinessWatch consume_watch_{consume_.port()};
  Load load_{api_.port(), {.failing_of_hundred = 5}};
  TruthWatch truth_{api_.port()};
  std::chrono::milliseconds recovery_{0};
};

}  // namespace

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
  RunningNotifier notifier{{{"MOCK_LATENCY", "20ms"}, {"RETRY_DELAYS", "1s,2s,3s"}}};
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
