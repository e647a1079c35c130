#include "fault/links/linked_notifier.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "fault/kit/accounting.hpp"
#include "fault/kit/report.hpp"

namespace notifier::testing {

LinkedNotifier::LinkedNotifier(const Environment& changes)
    : api_{{"api"}, through(api_to_rabbitmq, changes)}, consume_{{"consume"}, through(consume_to_rabbitmq, changes)} {
  await_ready();
}

Environment LinkedNotifier::through(const TcpProxy& rabbitmq, const Environment& changes) const {
  Environment settings = changes;
  settings["RABBITMQ_URL"] = "amqp://guest:guest@127.0.0.1:" + std::to_string(rabbitmq.port()) + "/" + servers_.vhost();
  settings["MYSQL_PORT"] = std::to_string(consume_to_mysql.port());
  return servers_.settings(settings);
}

std::chrono::milliseconds LinkedNotifier::await_ready() { return api_watch_.await_ready() + consume_watch_.await_ready(); }

void LinkedNotifier::check_account(const Ledger& ledger, std::size_t most_resent) {
  const Account account = account_for(ledger, [this] { return holdings_of(servers_); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent <= most_resent);
  for (const auto& [status, times] : ledger.answers) CHECK((status == 202 || status == 503));
  CHECK(api_watch_.failed_liveness_checks() == 0);
  CHECK(consume_watch_.failed_liveness_checks() == 0);
  CHECK(api_.is_running());
  CHECK(consume_.is_running());
}

}  // namespace notifier::testing
