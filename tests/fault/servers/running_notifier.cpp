#include "fault/servers/running_notifier.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "fault/kit/accounting.hpp"
#include "fault/kit/report.hpp"

namespace notifier::testing {
namespace {

constexpr std::size_t some_events = 300;

Environment with_latency(Environment settings) {
  settings.emplace("MOCK_LATENCY", "20ms");
  return settings;
}

/// Notifications that were not sent at the first attempt, nor given up after all four.
std::size_t wrong_attempt_counts(const TemporaryDatabase& database) {
  const auto rows = database.query(
      "SELECT COUNT(*) FROM notifications WHERE (status = 'SENT' AND attempt_count <> 1) OR (status = 'FAILED_DLQ' AND "
      "attempt_count <> 4)");
  return std::stoul(rows.at(0).at(0));
}

}  // namespace

RunningNotifier::RunningNotifier(const Environment& changes, Database database)
    : servers_{database},
      api_{{"api"}, servers_.settings(changes)},
      consume_{{"consume"}, servers_.settings(with_latency(changes))} {}

std::uint16_t RunningNotifier::port_when_ready() {
  api_watch_.await_ready();
  consume_watch_.await_ready();
  return api_.port();
}

void RunningNotifier::await_load() { REQUIRE(load_.await_accepted(some_events)); }

void RunningNotifier::await_not_ready() {
  api_watch_.await_not_ready();
  consume_watch_.await_not_ready();
}

void RunningNotifier::await_consumer_not_ready() { consume_watch_.await_not_ready(); }

void RunningNotifier::await_ready() {
  const auto api_took = api_watch_.await_ready();
  const auto consume_took = consume_watch_.await_ready();
  recovery_ = std::max(recovery_.value_or(std::chrono::milliseconds{0}), api_took + consume_took);
}

Ledger RunningNotifier::check_account() {
  await_load();
  Ledger ledger = load_.stop();
  truth_.stop(ledger);
  const Account account = account_for(ledger, [&] { return holdings_of(servers_); });
  report(account, recovery_);
  CHECK(account.balances());
  CHECK(account.resent == 0);
  CHECK(wrong_attempt_counts(servers_.database()) == 0);
  CHECK(ledger.answers.size() <= 2);  // 202 and 503
  CHECK(truth_.refused_though_ready() == 0);
  CHECK(truth_.accepted_though_not_ready() == 0);
  CHECK(api_watch_.failed_liveness_checks() == 0);
  CHECK(consume_watch_.failed_liveness_checks() == 0);
  return ledger;
}

}  // namespace notifier::testing
