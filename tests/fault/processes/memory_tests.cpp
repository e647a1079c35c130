#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/tcp_proxy.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

constexpr unsigned events_per_second = 300;
constexpr std::size_t events_to_settle = 1500;
constexpr std::size_t events_at_a_time = 500;
constexpr std::size_t growth_allowed = 4UL * 1024 * 1024;

/// How many events come in during the outage: NOTIFIER_OUTAGE_EVENTS, for a longer one by hand.
std::size_t events_during_outage() {
  const char* chosen = std::getenv("NOTIFIER_OUTAGE_EVENTS");
  return chosen == nullptr ? 3000 : std::stoul(chosen);
}

void await_accepted(const Load& load, std::size_t events) {
  const std::size_t enough = load.accepted() + events;
  while (load.accepted() < enough) REQUIRE(load.await_accepted(std::min(events_at_a_time, enough - load.accepted())));
}

/// A sanitizer that keeps freed memory for a while would look like a leak.
Environment frugal(Environment settings) {
  settings.emplace("ASAN_OPTIONS", "quarantine_size_mb=0:thread_local_quarantine_size_kb=0");
  return settings;
}

void check_growth(const char* name, std::size_t before, std::size_t after) {
  std::cout << name << ": " << before / 1024 << " KiB, then " << after / 1024 << " KiB" << std::endl;
  CHECK(after <= before + growth_allowed);
}

}  // namespace

TEST_CASE("Events that come in while the database is away cost no memory, and all are sent when it is back") {
  const std::size_t events = events_during_outage();
  const RealServers servers;
  TcpProxy to_mysql{mysql_port()};
  const Environment settings =
      frugal(servers.settings({{"MYSQL_PORT", std::to_string(to_mysql.port())}, {"PREFETCH", "200"}}));
  NotifierProcess api{{"api"}, settings};
  const NotifierProcess consume{{"consume"}, settings};
  Load load{api.port(), {.events_per_second = events_per_second, .most_events = 2 * (events + events_to_settle)}};
  REQUIRE(wait_until([&] { return servers.sends().size() > events_at_a_time; }));

  to_mysql.go_down();
  await_accepted(load, events_to_settle);
  const std::size_t api_before = api.resident_bytes();
  const std::size_t consume_before = consume.resident_bytes();
  await_accepted(load, events);
  check_growth("api", api_before, api.resident_bytes());
  check_growth("consume", consume_before, consume.resident_bytes());
  to_mysql.restore();

  const auto deadline = std::chrono::minutes{4} + std::chrono::seconds{events / 100};
  const Account account = account_for(load.stop(), [&] { return holdings_of(servers); }, deadline);
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
}
