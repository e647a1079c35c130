#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstddef>
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

constexpr std::chrono::seconds between_cuts{10};
constexpr std::chrono::seconds send_duration{9};
constexpr std::size_t memory_allowed = 256UL * 1024 * 1024;

unsigned number_from(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::stoul(text));
}

/// Most events are small, and one in a hundred nearly as large as it may be.
std::size_t filler_of(std::size_t number) {
  constexpr std::size_t kib = 1024;
  if (number % 100 == 0) return 240 * kib;
  if (number % 10 == 0) return 60 * kib;
  return number % 3 == 0 ? 8 * kib : 0;
}

std::string event_with_filler(std::size_t size) {
  const boost::json::object payload{
      {"userId", "uuid-123"}, {"email", "user@example.com"}, {"username", "testuser"}, {"filler", std::string(size, 'x')}};
  return boost::json::serialize(
      boost::json::object{{"eventType", "user_signup"}, {"timestamp", "2023-10-27T10:00:00Z"}, {"payload", payload}});
}

Ledger post_backlog(std::uint16_t port, unsigned events) {
  Ledger ledger;
  for (std::size_t number = 0; number < events; ++number)
    ledger.accepted.insert(accepted_event_id(port, event_with_filler(filler_of(number))));
  return ledger;
}

Environment through(const TcpProxy& to_rabbitmq, const TcpProxy& to_mysql, const RealServers& servers,
                    const Environment& changes) {
  Environment settings = servers.settings(changes);
  settings["RABBITMQ_URL"] = "amqp://guest:guest@127.0.0.1:" + std::to_string(to_rabbitmq.port()) + "/" + servers.vhost();
  settings["MYSQL_PORT"] = std::to_string(to_mysql.port());
  // AddressSanitizer's quarantine of freed memory must not count as memory that the consumer uses.
  settings["ASAN_OPTIONS"] = "quarantine_size_mb=0:thread_local_quarantine_size_kb=0";
  return settings;
}

}  // namespace

// For a longer run by hand, set NOTIFIER_BACKLOG_EVENTS and NOTIFIER_BACKLOG_SECONDS, for example to 50000 and 3600.
TEST_CASE("A backlog of mixed sizes gets through a network that is cut every ten seconds, in 256 MB") {
  const unsigned events = number_from("NOTIFIER_BACKLOG_EVENTS", 600);
  const std::chrono::seconds time{number_from("NOTIFIER_BACKLOG_SECONDS", 60)};
  const auto sends_at_once = events * send_duration.count() / time.count();

  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  const Ledger ledger = post_backlog(api.port(), events);
  TcpProxy to_rabbitmq{rabbitmq_port()};
  TcpProxy to_mysql{mysql_port()};
  NotifierProcess consume{{"consume"},
                          through(to_rabbitmq, to_mysql, servers,
                                  {{"MOCK_LATENCY", std::to_string(send_duration.count()) + "s"},
                                   {"SEND_CONCURRENCY", std::to_string(sends_at_once)}})};
  std::size_t most_memory = 0;
  const auto all_sent_after_another_cut = [&] {
    to_rabbitmq.cut();
    to_mysql.cut();
    most_memory = std::max(most_memory, consume.resident_bytes());
    return servers.sends().size() >= events;
  };
  CHECK(wait_until(all_sent_after_another_cut, 3 * time, between_cuts));

  const Account account = account_for(ledger, [&] { return holdings_of(servers); });
  report(account);
  std::cout << "at most " << most_memory / 1024 << " KiB" << std::endl;
  CHECK(account.balances());
  CHECK(account.dead == 0);
  CHECK(account.resent == 0);
  CHECK(consume.is_running());
  CHECK(most_memory <= memory_allowed);
}
