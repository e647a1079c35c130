#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <exception>
#include <string>
#include <vector>

#include "fault/kit/accounting.hpp"
#include "fault/kit/report.hpp"
#include "support/executables.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"

using namespace notifier::testing;

// Exceptions and stalls where nobody expects one: memory that runs out, a bug, a disk that makes a log line wait.

namespace {

constexpr std::size_t events = 30;

/// Each of `failpoints` once, at different events.
Environment with_failpoints(Environment settings, const std::vector<std::string>& failpoints, const std::string& action) {
  std::string orders;
  unsigned pass = 5;
  for (const std::string& failpoint : failpoints)
    orders += (orders.empty() ? "" : ",") + failpoint + ":" + action + ":" + std::to_string(pass++);
  settings["NOTIFIER_FAILPOINT"] = orders;
  return settings;
}

const std::vector<std::string> points_of_a_request{"request_read", "published", "confirmed", "replied"};
const std::vector<std::string> points_of_a_delivery{
    "delivered", "claimed", "send_begun", "send_done", "retry_published", "dead_letter_published", "recorded", "acked"};

}  // namespace

TEST_CASE("A failure at any point of a request is an answer, and the next request is served") {
  const std::string action = GENERATE("error", "delay");
  const RealServers servers;
  NotifierProcess api{{"api"}, with_failpoints(servers.settings(), points_of_a_request, action), notifier_with_failpoints()};
  const NotifierProcess consume{{"consume"}, servers.settings()};
  Ledger ledger;
  for (std::size_t i = 0; i < events; ++i) {
    try {
      ledger.accepted.insert(accepted_event_id(api.port(), event_body()));
    } catch (const std::exception&) {
      ++ledger.indeterminate;  // a 500, or a connection that was closed after the answer
    }
  }
  const Account account = account_for(ledger, [&] { return holdings_of(servers); });
  report(account);
  INFO(action);
  CHECK(account.balances());
  CHECK(ledger.indeterminate <= points_of_a_request.size());
  CHECK(api.is_running());
}

TEST_CASE("A failure at any point of a delivery does not end the consumer, and the event is not left behind") {
  const std::string action = GENERATE("error", "delay");
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  Ledger ledger;
  for (std::size_t i = 0; i < events; ++i)
    ledger.accepted.insert(accepted_event_id(api.port(), event_body(i % 2 == 0 ? "fail@example.com" : "user@example.com")));
  NotifierProcess consume{{"consume"},
                          with_failpoints(servers.settings({{"SEND_DEADLINE", "100ms"}}), points_of_a_delivery, action),
                          notifier_with_failpoints()};
  const Account account = account_for(ledger, [&] { return holdings_of(servers); });
  report(account);
  INFO(action);
  CHECK(account.balances());
  CHECK(account.resent <= 4);  // the points between the send and its record
  CHECK(consume.is_running());
}
