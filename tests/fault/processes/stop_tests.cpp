#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "support/free_port.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

constexpr unsigned stops = 5;
constexpr std::size_t events_between_stops = 100;

const Environment busy_when_stopped{{"MOCK_LATENCY", "50ms"}, {"SEND_CONCURRENCY", "20"}, {"PREFETCH", "100"}};

/// Stops the process under load again and again, and starts it again on the same port.
void stop_and_start(std::optional<NotifierProcess>& process, const std::vector<std::string>& arguments,
                    const Environment& settings, const Load& load) {
  for (unsigned i = 0; i < stops; ++i) {
    REQUIRE(load.await_accepted(events_between_stops));
    process->signal(SIGTERM);
    const std::optional<int> exit_status = process->wait_for_exit();
    INFO(process->output());
    REQUIRE(exit_status.value_or(-1) == 0);
    process.emplace(arguments, settings);
    // Before it listens, nobody has told the system yet what is to be done at SIGTERM.
    static_cast<void>(process->port());
  }
  REQUIRE(load.await_accepted(events_between_stops));
}

bool has_claimed(const RealServers& servers) {
  try {
    return servers.database().query("SELECT count(*) FROM notifications").at(0).at(0) != "0";
  } catch (const std::exception&) {
    return false;  // there is no table yet
  }
}

void check(const Account& account) {
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
}

}  // namespace

TEST_CASE("#33 A consumer that is stopped under load ends well each time, and nothing is sent again") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  std::optional<NotifierProcess> consume;
  const Environment settings = servers.settings(busy_when_stopped);
  consume.emplace(std::vector<std::string>{"consume"}, settings);
  Load load{api.port(), {.failing_of_hundred = 5}};
  stop_and_start(consume, {"consume"}, settings, load);
  check(account_for(load.stop(), [&] { return holdings_of(servers); }));
}

TEST_CASE("#33 An API that is stopped under load ends well each time, and nothing that it accepted is lost") {
  const RealServers servers;
  const NotifierProcess consume{{"consume"}, servers.settings(busy_when_stopped)};
  std::optional<NotifierProcess> api;
  const std::uint16_t port = free_port();
  const Environment settings = servers.settings({{"API_PORT", std::to_string(port)}});
  api.emplace(std::vector<std::string>{"api"}, settings);
  Load load{port, {.failing_of_hundred = 5}};
  stop_and_start(api, {"api"}, settings, load);
  check(account_for(load.stop(), [&] { return holdings_of(servers); }));
}

TEST_CASE("#33 The embedded default that is stopped under load ends well each time, and nothing is sent again") {
  const TemporaryFolder folder;
  std::optional<NotifierProcess> all;
  const std::uint16_t port = free_port();
  Environment settings = embedded_settings(folder, busy_when_stopped);
  settings["API_PORT"] = std::to_string(port);
  all.emplace(std::vector<std::string>{"all"}, settings);
  Load load{port, {.failing_of_hundred = 5}};
  stop_and_start(all, {"all"}, settings, load);
  check(account_for(load.stop(), [&] { return holdings_of(folder); }));
}

TEST_CASE("#33 A second signal ends a consumer in the middle of its sends, and nothing is lost") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  const Environment slow = servers.settings({{"MOCK_LATENCY", "1900ms"}, {"SEND_DEADLINE", "2s"}});
  Load load{api.port(), {.most_events = 20}};
  REQUIRE(load.await_accepted(20));
  {
    NotifierProcess consume{{"consume"}, slow};
    REQUIRE(wait_until([&] { return has_claimed(servers); }));
    consume.signal(SIGTERM);
    REQUIRE(wait_until([&] { return consume.output().contains("a second signal ends at once"); }));
    consume.signal(SIGTERM);
    REQUIRE(consume.wait_for_exit());
    CHECK(servers.sends().empty());
  }
  const NotifierProcess next{{"consume"}, servers.settings()};
  check(account_for(load.stop(), [&] { return holdings_of(servers); }));
}
