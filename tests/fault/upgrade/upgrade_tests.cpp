#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/upgrade/installation.hpp"
#include "support/free_port.hpp"
#include "support/rabbitmq_management.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

// Two versions side by side on the same queues and rows, under load, while one takes the place of the other.

namespace {

constexpr std::size_t attempts_in_a_round = 3;
constexpr std::size_t sends_at_once = 20;
constexpr std::size_t events_between_steps = 40;

const Environment upgraded_under_load{{"MAX_RETRIES", "2"},
                                      {"RETRY_DELAYS", "100ms,300ms"},
                                      {"MOCK_LATENCY", "20ms"},
                                      {"SEND_DEADLINE", "500ms"},
                                      {"SEND_CONCURRENCY", std::to_string(sends_at_once)},
                                      {"PREFETCH", "100"}};

/// An API and two consumers, each of which is replaced while the others go on.
class Fleet {
 public:
  Fleet(RealServers::Database database, Version version) : installation_{database, upgraded_under_load} {
    add_consumer(version);
    add_consumer(version);
    start_api(version);
    load_ = std::make_unique<Load>(port_, LoadSettings{.events_per_second = 60, .failing_of_hundred = 10});
    await_load();
  }

  void migrate(Version version) {
    const auto migrate = installation_.start(version, "migrate");
    REQUIRE(migrate->wait_for_exit() == 0);
    await_load();
  }

  /// Replaces one process after the other, and replays what is dead whenever both versions are at work.
  void replace_all(Version version) {
    add_consumer(version);
    replay();
    kill_oldest();
    add_consumer(version);
    lose_waiting();
    replay();
    stop_oldest();
    replace_api(version);
    replay();
  }

  /// A kill may repeat what the killed consumer was sending, and nothing else may happen twice.
  void check() {
    const Ledger ledger = load_->stop();
    const Account account = installation_.account(ledger);
    CHECK(account.lost.empty());
    CHECK(account.unexpected == 0);
    CHECK(account.unsent == 0);
    CHECK(account.resent <= kills_ * sends_at_once);
    CHECK(account.most_attempts <= attempts_in_a_round * (replays_ + 1));
    check_dead_letters();
    CHECK(api_->is_running());
    for (const auto& consumer : consumers_) CHECK(consumer->is_running());
  }

 private:
  void await_load() { REQUIRE(load_->await_accepted(events_between_steps)); }

  /// It has a part in the work when this returns.
  void add_consumer(Version version) {
    auto consumer = installation_.start(version, "consume");
    if (load_) REQUIRE(wait_until([&] { return consumer->output().contains("notification sent"); }));
    consumers_.push_back(std::move(consumer));
  }

  void kill_oldest() {
    consumers_.front()->signal(SIGKILL);
    REQUIRE(consumers_.front()->wait_for_exit() == -SIGKILL);
    consumers_.pop_front();
    ++kills_;
    await_load();
  }

  void stop_oldest() {
    consumers_.front()->signal(SIGTERM);
    REQUIRE(consumers_.front()->wait_for_exit() == 0);
    consumers_.pop_front();
    await_load();
  }

  void start_api(Version version) { api_ = installation_.start(version, "api", {{"API_PORT", std::to_string(port_)}}); }

  void replace_api(Version version) {
    api_->signal(SIGTERM);
    REQUIRE(api_->wait_for_exit() == 0);
    start_api(version);
    await_load();
  }

  void replay() {
    REQUIRE(wait_until([&] { return installation_.count("dead_letters WHERE state = 'DEAD'") > 0; }));
    const auto started = installation_.post(port_, "/dead-letters/replay", R"({"all":true})");
    CHECK(installation_.await_replay(port_, started) > 0);
    ++replays_;
    await_load();
  }

  /// The sweeper of either version has to bring them back.
  void lose_waiting() {
    call_rabbitmq_management("DELETE", "/api/queues/" + installation_.servers().vhost() + "/delay_queue_300ms/contents");
  }

  /// What is dead failed as often as it may, and is there to be seen.
  void check_dead_letters() {
    CHECK(installation_.count("notifications WHERE status = 'FAILED_DLQ' AND recipient NOT LIKE 'fail%'") == 0);
    CHECK(installation_.count("notifications WHERE status = 'FAILED_DLQ' AND attempt_count < 3") == 0);
    CHECK(installation_.count("notifications n WHERE status = 'FAILED_DLQ' AND NOT EXISTS (SELECT 1 FROM dead_letters d "
                              "WHERE d.event_id = n.event_id AND d.state = 'DEAD')") == 0);
    CHECK(installation_.count("dead_letters WHERE state = 'DEAD' AND reason <> 'retries_exhausted'") == 0);
  }

  Installation installation_;
  std::uint16_t port_ = free_port();
  std::unique_ptr<NotifierProcess> api_;
  std::deque<std::unique_ptr<NotifierProcess>> consumers_;
  std::unique_ptr<Load> load_;
  std::size_t kills_ = 0;
  std::size_t replays_ = 0;
};

void upgrade_and_go_back(RealServers::Database database) {
  Fleet fleet{database, Version::earlier};
  fleet.migrate(Version::current);
  fleet.replace_all(Version::current);
  fleet.replace_all(Version::earlier);
  fleet.check();
}

}  // namespace

TEST_CASE("#1 #2 An upgrade under load, and the way back, lose nothing and send nothing again") {
  upgrade_and_go_back(RealServers::Database::mysql);
}

TEST_CASE("#1 #2 An upgrade under load on MariaDB, and the way back, lose nothing and send nothing again") {
  upgrade_and_go_back(RealServers::Database::mariadb);
}
