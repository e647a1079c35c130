#include "fault/failover/failing_over_notifier.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "fault/kit/accounting.hpp"
#include "fault/kit/report.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

constexpr std::size_t some_events = 200;
constexpr std::chrono::minutes patience{1};

/// Notifications that were not sent at the first attempt, nor given up after all four.
std::string wrong_counts_of_attempts(const TemporaryDatabase& database) {
  return database
      .query(
          "SELECT COUNT(*) FROM notifications WHERE (status = 'SENT' AND attempt_count <> 1) OR (status = 'FAILED_DLQ' AND "
          "attempt_count <> 4)")
      .at(0)
      .at(0);
}

}  // namespace

FailingOverNotifier::FailingOverNotifier(MysqlGroup& group) : group_{group} {
  await_recovery();
  recovery_.reset();
}

std::uint16_t FailingOverNotifier::port_when_ready() {
  api_watch_.await_ready();
  consume_watch_.await_ready();
  return api_.port();
}

bool FailingOverNotifier::await_sends(std::size_t more) const {
  const std::size_t enough = servers_.sends().size() + more;
  return wait_until([&] { return servers_.sends().size() >= enough; }, patience);
}

void FailingOverNotifier::await_recovery() {
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(load_.await_accepted(some_events));
  REQUIRE(await_sends(some_events));
  api_watch_.await_ready();
  consume_watch_.await_ready();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  recovery_ = std::max(recovery_.value_or(took), took);
}

void FailingOverNotifier::await_outage() {
  consume_watch_.await_not_ready();
  REQUIRE(load_.await_accepted(some_events));
}

void FailingOverNotifier::check_account() {
  Ledger ledger = load_.stop();
  truth_.stop(ledger);
  const Account account = account_for(ledger, [&] { return holdings_of(servers_); });
  report(account, recovery_);
  CHECK(account.balances());
  CHECK(account.resent == 0);
  CHECK(wrong_counts_of_attempts(servers_.database()) == "0");
  CHECK(ledger.answers.size() == 1);  // 202
  CHECK(ledger.unanswered == 0);
  CHECK(truth_.refused_though_ready() == 0);
  CHECK(truth_.accepted_though_not_ready() == 0);
  CHECK(api_watch_.failed_liveness_checks() == 0);
  CHECK(consume_watch_.failed_liveness_checks() == 0);
}

}  // namespace notifier::testing
