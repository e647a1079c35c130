#include <SQLiteCpp/Database.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fault/embedded/volatile_disk.hpp"
#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/readiness_watch.hpp"
#include "fault/kit/report.hpp"
#include "support/free_port.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"

using namespace notifier::testing;

// The embedded default on a disk that keeps no promise but that of a sync that succeeded.

namespace {

constexpr std::size_t events_before_cut = 150;
constexpr std::size_t sends_at_once = 20;

/// `all` on a volatile disk, under load.
class System {
 public:
  System() { start(); }

  void cut_power() {
    all_->signal(SIGKILL);
    REQUIRE(all_->wait_for_exit() == -SIGKILL);
    disk_.cut_power();
    check_integrity();
  }

  void start() {
    Environment settings = embedded_settings(folder_, {{"API_PORT", std::to_string(port_)},
                                                       {"MOCK_LATENCY", "20ms"},
                                                       {"SEND_DEADLINE", "500ms"},
                                                       {"SEND_CONCURRENCY", std::to_string(sends_at_once)},
                                                       {"PREFETCH", "100"}});
    all_.emplace(std::vector<std::string>{"all"}, disk_.under(std::move(settings)));
    (void)all_->port();
  }

  [[nodiscard]] const VolatileDisk& disk() const { return disk_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] Account account_for(const Ledger& ledger) const {
    Account account = notifier::testing::account_for(ledger, [this] { return holdings_of(folder_); });
    report(account);
    return account;
  }

 private:
  /// Of a copy: SQLite tidies up when a database is closed.
  void check_integrity() const {
    const TemporaryFolder copy;
    std::filesystem::copy(folder_.path() + "/data", copy.path());
    for (const char* name : {"/queue.db", "/notifications.db"}) {
      SQLite::Database database{copy.path() + name, SQLite::OPEN_READWRITE};
      CHECK(database.execAndGet("PRAGMA integrity_check").getString() == "ok");
    }
  }

  TemporaryFolder folder_;
  VolatileDisk disk_{folder_};
  std::uint16_t port_ = free_port();
  std::optional<NotifierProcess> all_;
};

}  // namespace

TEST_CASE("#17 The embedded default loses nothing when the power is cut again and again under load") {
  constexpr std::size_t cuts = 6;
  System system;
  Load load{system.port(), {.failing_of_hundred = 5}};
  for (std::size_t cut = 0; cut < cuts; ++cut) {
    REQUIRE(load.await_accepted(events_before_cut));
    system.cut_power();
    system.start();
  }
  REQUIRE(load.await_accepted(events_before_cut));
  const Account account = system.account_for(load.stop());
  CHECK(account.balances());
  CHECK(account.resent <= cuts * sends_at_once);
}

TEST_CASE("#18 Nothing is accepted on a sync that failed, and what is accepted once syncs work again is durable") {
  constexpr std::size_t failures = 4;
  System system;
  Load load{system.port(), {.failing_of_hundred = 5}};
  for (std::size_t failure = 0; failure < failures; ++failure) {
    REQUIRE(load.await_accepted(events_before_cut));
    ReadinessWatch watch{system.port()};
    system.disk().let_syncs_fail();
    watch.await_not_ready();
    system.disk().let_syncs_work();
    watch.await_ready();
    CHECK(watch.failed_liveness_checks() == 0);
    REQUIRE(load.await_accepted(1));
    system.cut_power();
    system.start();
  }
  REQUIRE(load.await_accepted(events_before_cut));
  const Ledger ledger = load.stop();
  CHECK(ledger.answers.at(503) > 0);
  const Account account = system.account_for(ledger);
  CHECK(account.balances());
  CHECK(account.resent <= failures * sends_at_once);
}
