#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <set>
#include <string>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t events_between_steps = 150;

/// The wall clock of a process, under the test's hand; its monotonic clock goes on as always.
class WallClock {
 public:
  WallClock() { step_to(0h); }

  /// Steps to an offset from the real time.
  void step_to(std::chrono::seconds offset) const {
    const std::int64_t seconds = offset.count();
    std::ofstream file{path(), std::ios::binary | std::ios::in | std::ios::out};
    if (!file) file.open(path(), std::ios::binary);
    file.write(reinterpret_cast<const char*>(&seconds), sizeof seconds);
  }

  [[nodiscard]] Environment on(Environment settings) const {
    settings.merge(Environment{{"LD_PRELOAD", NOTIFIER_WALL_CLOCK}, {"WALL_CLOCK_OFFSET", path()}});
    return settings;
  }

 private:
  [[nodiscard]] std::string path() const { return folder_.path() + "/offset"; }

  TemporaryFolder folder_;
};

/// The dates at which a process has logged something.
std::set<std::string> dates_in(const std::string& log) {
  const std::string before = R"("time":")";
  std::set<std::string> dates;
  for (auto at = log.find(before); at != std::string::npos; at = log.find(before, at + 1))
    dates.insert(log.substr(at + before.size(), std::string{"2026-01-01"}.size()));
  return dates;
}

/// Steps the clock back and forth while events go on being accepted, each day for as long as it takes the process to log
/// something at that date.
void step_under(Load& load, const WallClock& clock, const NotifierProcess& stepped) {
  std::size_t days = 1;
  for (const std::chrono::hours offset : {0h, 1h, -1h, 24h, -24h, 0h}) {
    clock.step_to(offset);
    if (offset == 24h || offset == -24h) ++days;
    REQUIRE(load.await_accepted(events_between_steps));
    REQUIRE(wait_until([&] { return dates_in(stepped.output()).size() >= days; }));
  }
}

}  // namespace

TEST_CASE("#22 A consumer whose clock jumps by an hour and a day breaks no claim and no retry") {
  const RealServers servers;
  const WallClock clock;
  NotifierProcess api{{"api"}, servers.settings()};
  const NotifierProcess jumping{{"consume"}, clock.on(servers.settings({{"MOCK_LATENCY", "20ms"}}))};
  const NotifierProcess steady{{"consume"}, servers.settings({{"MOCK_LATENCY", "20ms"}})};
  Load load{api.port(), {.failing_of_hundred = 10}};
  step_under(load, clock, jumping);
  const Account account = account_for(load.stop(), [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
  const auto future = servers.database().query(
      "SELECT count(*) FROM notifications WHERE updated_at > UTC_TIMESTAMP(6) + INTERVAL 1 MINUTE "
      "OR created_at < UTC_TIMESTAMP(6) - INTERVAL 30 MINUTE");
  CHECK(future.at(0).at(0) == "0");
}

TEST_CASE("#22 The embedded default goes on when its clock jumps by an hour and a day") {
  const TemporaryFolder folder;
  const WallClock clock;
  NotifierProcess all{{"all"}, clock.on(embedded_settings(folder, {{"MOCK_LATENCY", "20ms"}}))};
  Load load{all.port(), {.failing_of_hundred = 10}};
  step_under(load, clock, all);
  const Account account = account_for(load.stop(), [&] { return holdings_of(folder); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
}
