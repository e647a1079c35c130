#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "fault/failover/mysql_group.hpp"
#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "support/http_request.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr unsigned events_per_second = 100;
constexpr std::chrono::minutes patience_with_readiness{1};
constexpr std::size_t memory_allowed = 256UL * 1024 * 1024;
constexpr std::size_t warnings_for_each_phase = 100;

unsigned number_from(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::stoul(text));
}

/// What happens to the group, and whether meanwhile nothing can be written for so long that readiness must say so.
struct Phase {
  std::string name;
  bool stops_writes = true;
  std::function<void()> begin;
  std::function<void()> end;
};

/// All that happens. The group has to be whole when a phase begins.
class Failovers {
 public:
  explicit Failovers(MysqlGroup& group) : group_{group} {}

  [[nodiscard]] std::vector<Phase> all() {
    return {{.name = "read-only",
             .begin = [this] { group_.query(choose_primary(), "SET GLOBAL super_read_only = ON"); },
             .end =
                 [this] {
                   group_.query(chosen_, "SET GLOBAL super_read_only = OFF");
                   group_.query(chosen_, "SET GLOBAL read_only = OFF");
                 }},
            {.name = "another primary is asked for",
             .stops_writes = false,
             .begin = [this] { group_.switch_to((group_.primary() + 1) % MysqlGroup::size); },
             .end = [] {}},
            {.name = "the primary is killed",
             .begin = [this] { group_.server(choose_primary()).kill(); },
             .end = [this] { await_election([this] { group_.server(chosen_).start(); }); }},
            {.name = "the primary is frozen",
             .begin = [this] { group_.server(choose_primary()).freeze(); },
             .end = [this] { await_election([this] { group_.server(chosen_).thaw(); }); }},
            {.name = "the majority is frozen",
             .begin =
                 [this] {
                   choose_primary();
                   for_the_others(&ServerControl::freeze);
                 },
             .end = [this] { for_the_others(&ServerControl::thaw); }}};
  }

 private:
  std::size_t choose_primary() { return chosen_ = group_.primary(); }

  void await_election(const std::function<void()>& bring_back) {
    group_.await_another_primary((chosen_ + 1) % MysqlGroup::size, chosen_);
    bring_back();
  }

  void for_the_others(void (ServerControl::*what)()) {
    for (std::size_t more = 1; more < MysqlGroup::size; ++more) (group_.server((chosen_ + more) % MysqlGroup::size).*what)();
  }

  MysqlGroup& group_;
  std::size_t chosen_ = 0;
};

bool is_ready(std::uint16_t port) { return http_request(port, "GET", "/health/ready").status == 200; }

/// The processes as an orchestrator sees them, and what they occupy.
class Watch {
 public:
  Watch(NotifierProcess& api, NotifierProcess& consume)
      : api_{api}, consume_{consume}, api_port_{api.port()}, consume_port_{consume.port()} {}

  /// Looks every 100 ms until `condition` holds of whether the consumer is ready, for a minute at most.
  bool until(const std::function<bool(bool)>& condition) {
    for (const auto give_up = Clock::now() + patience_with_readiness; Clock::now() < give_up;) {
      if (condition(look())) return true;
    }
    return false;
  }

  /// For so long. How often the consumer was not ready.
  std::size_t over(milliseconds time) {
    std::size_t not_ready = 0;
    for (const auto end = Clock::now() + time; Clock::now() < end;) not_ready += look() ? 0 : 1;
    return not_ready;
  }

  [[nodiscard]] milliseconds not_ready_for() const { return not_ready_for_; }
  [[nodiscard]] std::size_t api_not_ready() const { return api_not_ready_; }
  [[nodiscard]] std::size_t most_memory() const { return most_memory_; }

 private:
  bool look() {
    const auto begun = Clock::now();
    if (!is_ready(api_port_)) ++api_not_ready_;
    const bool ready = is_ready(consume_port_);
    most_memory_ = std::max({most_memory_, api_.resident_bytes(), consume_.resident_bytes()});
    std::this_thread::sleep_until(begun + milliseconds{100});
    if (!ready) not_ready_for_ += std::chrono::duration_cast<milliseconds>(Clock::now() - begun);
    return ready;
  }

  const NotifierProcess& api_;
  const NotifierProcess& consume_;
  std::uint16_t api_port_;  // looked up in all of the log, which grows
  std::uint16_t consume_port_;
  milliseconds not_ready_for_{0};
  std::size_t api_not_ready_ = 0;
  std::size_t most_memory_ = 0;
};

Environment on(const MysqlGroup& group, const RealServers& servers) {
  return servers.settings({{"MYSQL_HOST", group.hosts()},
                           {"MOCK_LATENCY", "20ms"},
                           // AddressSanitizer's quarantine of freed memory must not count as memory that is used.
                           {"ASAN_OPTIONS", "quarantine_size_mb=0:thread_local_quarantine_size_kb=0"}});
}

std::size_t warnings_of(const NotifierProcess& process) {
  const std::string output = process.output();
  return lines_with(R"("level":"warning")", output) + lines_with(R"("level":"error")", output);
}

std::string more_than_one_attempt(const TemporaryDatabase& database) {
  return database.query("SELECT COUNT(*) FROM notifications WHERE attempt_count <> 1").at(0).at(0);
}

}  // namespace

// For a longer run by hand, set NOTIFIER_FAILOVER_SECONDS, for example to 3600.
TEST_CASE("A database that is read-only and that fails over again and again costs nothing that was accepted") {
  if (!MysqlGroup::can_be_had()) SKIP("there is no MySQL with Group Replication");
  const unsigned seed = number_from("NOTIFIER_FAILOVER_SEED", std::random_device{}());
  const std::chrono::seconds time{number_from("NOTIFIER_FAILOVER_SECONDS", 60)};
  std::cout << "NOTIFIER_FAILOVER_SEED=" << seed << " NOTIFIER_FAILOVER_SECONDS=" << time.count() << std::endl;
  INFO("seed " << seed);
  std::mt19937 random{seed};
  const auto drawn = [&](unsigned shortest, unsigned longest) {
    return milliseconds{std::uniform_int_distribution{shortest, longest}(random)};
  };

  MysqlGroup group;
  Failovers failovers{group};
  std::vector<Phase> phases = failovers.all();
  const RealServers servers{group.port(0)};
  NotifierProcess api{{"api"}, on(group, servers)};
  NotifierProcess consume{{"consume"}, on(group, servers)};
  Watch watch{api, consume};
  REQUIRE(wait_until([&] { return is_ready(api.port()) && is_ready(consume.port()); }));
  Load load{api.port(),
            {.events_per_second = events_per_second,
             .most_events = events_per_second * static_cast<std::size_t>(2 * time.count() + 600)}};

  std::size_t suffered = 0;
  std::size_t not_ready_between = 0;
  for (const auto end = Clock::now() + time; Clock::now() < end; ++suffered) {
    if (suffered % phases.size() == 0) std::ranges::shuffle(phases, random);
    const Phase& phase = phases[suffered % phases.size()];
    INFO("phase: " << phase.name);
    std::cout << "  " << phase.name << std::endl;
    phase.begin();
    if (phase.stops_writes) REQUIRE(watch.until([](bool ready) { return !ready; }));
    watch.over(drawn(0, 8000));
    phase.end();
    REQUIRE(watch.until([](bool ready) { return ready; }));
    group.await_whole();
    not_ready_between += watch.over(drawn(1000, 10000));
  }

  const std::size_t warnings = warnings_of(api) + warnings_of(consume);
  const Ledger ledger = load.stop();
  const Account account = account_for(ledger, [&] { return holdings_of(servers); }, std::chrono::minutes{5});
  report(account);
  std::cout << suffered << " phases; not ready for " << watch.not_ready_for().count() << " ms; " << warnings
            << " warnings; at most " << watch.most_memory() / 1024 << " KiB; slowest answer " << ledger.slowest.count()
            << " ms" << std::endl;
  CHECK(account.balances());
  CHECK(account.dead == 0);
  CHECK(account.resent == 0);
  CHECK(more_than_one_attempt(servers.database()) == "0");
  CHECK(ledger.answers.size() == 1);  // 202
  CHECK(ledger.unanswered == 0);
  CHECK(watch.api_not_ready() == 0);
  CHECK(not_ready_between == 0);
  CHECK(watch.most_memory() <= memory_allowed);
  CHECK(warnings <= warnings_for_each_phase * suffered);
}
