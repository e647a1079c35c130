#include "fault/cluster/clustered_notifier.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "fault/kit/accounting.hpp"
#include "fault/kit/report.hpp"
#include "notifier/broker_topology.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

constexpr std::size_t some_events = 200;
constexpr std::chrono::minutes patience{1};

std::string last_line_with(const std::string& first, const std::string& second, const std::string& text) {
  std::size_t end = text.size();
  while (end > 0) {
    const std::size_t begin = text.rfind('\n', end - 1);
    const std::size_t from = begin == std::string::npos ? 0 : begin + 1;
    const std::string line = text.substr(from, end - from);
    if (line.contains(first) && line.contains(second)) return line;
    end = begin == std::string::npos ? 0 : begin;
  }
  return {};
}

}  // namespace

ClusteredNotifier::ClusteredNotifier(RabbitmqCluster& cluster) : cluster_{cluster} {
  await_recovery();
  recovery_.reset();
  cluster_.settle_new_queues();
  REQUIRE(cluster_.leader_of(servers_.vhost(), std::string{main_queue}) == 0);
  REQUIRE(node_of_api() == 0);
  REQUIRE(node_of_consumer() == 0);
}

std::size_t ClusteredNotifier::node_of(const NotifierProcess& process, const std::string& connection) const {
  const std::string line =
      last_line_with("Connected to RabbitMQ", "\"connection\":\"" + connection + "\"", process.output());
  return cluster_.node_named_in(line);
}

bool ClusteredNotifier::await_sends(std::size_t more) const {
  const std::size_t enough = servers_.sends().size() + more;
  return wait_until([&] { return servers_.sends().size() >= enough; }, patience);
}

void ClusteredNotifier::await_recovery() {
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(load_.await_accepted(some_events));
  REQUIRE(await_sends(some_events));
  api_watch_.await_ready();
  consume_watch_.await_ready();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  recovery_ = std::max(recovery_.value_or(took), took);
}

void ClusteredNotifier::check_account() {
  Ledger ledger = load_.stop();
  truth_.stop(ledger);
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

}  // namespace notifier::testing
