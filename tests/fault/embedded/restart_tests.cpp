#include <algorithm>
#include <boost/json/array.hpp>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstdint>
#include <set>
#include <string>

#include "fault/kit/accounting.hpp"
#include "fault/kit/report.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

bool have_all_failed(std::uint16_t port, const std::set<std::string>& event_ids, std::uint64_t attempts) {
  return std::ranges::all_of(event_ids, [&](const std::string& id) {
    const auto found = notification(port, id);
    return !found.empty() && found.at("attemptCount").to_number<std::uint64_t>() >= attempts;
  });
}

}  // namespace

TEST_CASE("Events that wait in the embedded delay queues outlive a stop and a kill, and keep their attempts") {
  const TemporaryFolder folder;
  const Environment settings = embedded_settings(folder, {{"RETRY_DELAYS", "1500ms"}});
  Ledger ledger;
  {
    NotifierProcess all{{"all"}, settings};
    for (int i = 0; i < 30; ++i) ledger.accepted.insert(accepted_event_id(all.port(), event_body("fail@example.com")));
    REQUIRE(wait_until([&] { return have_all_failed(all.port(), ledger.accepted, 1); }));
    all.signal(SIGTERM);
    REQUIRE(all.wait_for_exit() == 0);
  }
  {
    NotifierProcess all{{"all"}, settings};
    REQUIRE(wait_until([&] { return have_all_failed(all.port(), ledger.accepted, 2); }));
    all.signal(SIGKILL);
    REQUIRE(all.wait_for_exit() == -SIGKILL);
  }
  NotifierProcess all{{"all"}, settings};
  const Account account = account_for(ledger, [&] { return holdings_of(folder); });
  report(account);
  CHECK(account.balances());
  CHECK(account.dead == ledger.accepted.size());
  CHECK(account.resent == 0);
  for (const std::string& id : ledger.accepted) CHECK(notification(all.port(), id).at("attempts").as_array().size() == 4);
}
