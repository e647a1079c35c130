#include <SQLiteCpp/Database.h>

#include <SQLiteCpp/Statement.h>

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fault/embedded/small_disk.hpp"
#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/readiness_watch.hpp"
#include "fault/kit/report.hpp"
#include "fault/kit/truth_watch.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

constexpr std::size_t some_events = 200;

Environment settings_in(const std::string& data_dir, const TemporaryFolder& folder) {
  return embedded_settings(folder, {{"DATA_DIR", data_dir}, {"MOCK_LATENCY", "20ms"}, {"SEND_DEADLINE", "500ms"}});
}

std::string integrity_of(const std::string& file) {
  SQLite::Database database{file, SQLite::OPEN_READONLY, 10'000};
  return database.execAndGet("PRAGMA integrity_check").getString();
}

std::int64_t sent_in(const std::string& file) {
  const SQLite::Database database{file, SQLite::OPEN_READONLY, 10'000};
  SQLite::Statement sent{database, "SELECT COUNT(*) FROM notifications WHERE status = 'SENT'"};
  return sent.executeStep() ? sent.getColumn(0).getInt64() : 0;
}

std::string event_with_text(std::size_t length) {
  boost::json::object event = boost::json::parse(event_body()).as_object();
  event["payload"].as_object()["text"] = std::string(length, 'x');
  return boost::json::serialize(event);
}

/// What a power cut would leave: the files as they are at this moment, one after the other, without the shared memory.
void copy_as_after_power_cut(const std::string& from, const std::string& to) {
  std::filesystem::create_directories(to);
  for (const char* name : {"queue.db", "queue.db-wal", "notifications.db", "notifications.db-wal"}) {
    const std::string file = from + "/" + name;
    if (std::filesystem::exists(file)) std::filesystem::copy_file(file, to + "/" + name);
  }
}

}  // namespace

TEST_CASE("#17 A full disk under the embedded default refuses events, loses none, and all goes on when there is room") {
  if (const std::string obstacle = SmallDisk::obstacle(); !obstacle.empty())
    SKIP("cannot create the small file system that a full disk needs: " << obstacle);
  SmallDisk disk{64};
  const TemporaryFolder folder;
  const std::string data = disk.path() + "/data";
  NotifierProcess all{{"all"}, settings_in(data, folder)};
  ReadinessWatch watch{all.port()};
  // SQLite's log has room of its own for a while: many events fill it soon.
  Load load{all.port(), {.events_per_second = 1500, .failing_of_hundred = 5}};
  TruthWatch truth{all.port()};
  for (int round = 0; round < 2; ++round) {
    REQUIRE(load.await_accepted(some_events));
    disk.fill();
    watch.await_not_ready();
    disk.make_room();
    watch.await_ready();
  }
  REQUIRE(load.await_accepted(some_events));
  Ledger ledger = load.stop();
  truth.stop(ledger);
  const Account account = account_for(ledger, [&] { return holdings_of_files(data, folder.path() + "/sends"); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
  CHECK(ledger.answers.size() <= 2);  // 202 and 503
  CHECK(truth.refused_though_ready() == 0);
  CHECK(watch.failed_liveness_checks() == 0);
  CHECK(all.is_running());
  CHECK(integrity_of(data + "/queue.db") == "ok");
  CHECK(integrity_of(data + "/notifications.db") == "ok");
}

TEST_CASE("A disk that large events have filled works itself free when their payloads go") {
  if (const std::string obstacle = SmallDisk::obstacle(); !obstacle.empty())
    SKIP("cannot create the small file system that a full disk needs: " << obstacle);
  const bool restarted = GENERATE(false, true);
  CAPTURE(restarted);
  const SmallDisk disk{32};
  const TemporaryFolder folder;
  Environment settings = embedded_settings(folder, {{"DATA_DIR", disk.path() + "/data"}});
  std::optional<NotifierProcess> all{std::in_place, std::vector<std::string>{"all"}, settings};
  const std::string event = event_with_text(120'000);
  const auto post = [&] { return ingest(all->port(), event).status; };
  std::int64_t accepted = 0;
  while (post() == 202) ++accepted;
  REQUIRE(accepted > 20);
  REQUIRE(wait_until([&] { return sent_in(disk.path() + "/data/notifications.db") == accepted; }));
  if (restarted) {
    all.reset();
    all.emplace(std::vector<std::string>{"all"}, settings);
  }
  settings["RETENTION_PAYLOAD"] = "1s";
  CHECK(wait_until([&] {
    const FinishedCommand purged = run_command({"purge"}, settings);
    INFO(purged.output);
    REQUIRE(purged.exit_status == 0);
    return post() == 202;
  }));
}

TEST_CASE("#17 Files that were copied in the middle of writes hold all that was accepted before") {
  struct Copy {
    TemporaryFolder folder;
    Ledger before;
    std::optional<NotifierProcess> all;
  };
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, settings_in(folder.path() + "/data", folder)};
  Load load{all.port(), {.failing_of_hundred = 5}};
  std::array<Copy, 5> copies;
  for (Copy& copy : copies) {
    REQUIRE(load.await_accepted(some_events));
    // Those that are on their way when the copy is taken are in it too, or not.
    copy.before = {.accepted = load.accepted_ids(), .indeterminate = some_events};
    all.freeze();
    copy_as_after_power_cut(folder.path() + "/data", copy.folder.path() + "/data");
    std::filesystem::copy_file(folder.path() + "/sends", copy.folder.path() + "/sends");
    all.signal(SIGCONT);
  }
  CHECK(account_for(load.stop(), [&] { return holdings_of(folder); }).balances());
  for (Copy& copy : copies)
    copy.all.emplace(std::vector<std::string>{"all"}, settings_in(copy.folder.path() + "/data", copy.folder));
  for (const Copy& copy : copies) {
    const Account account = account_for(copy.before, [&] { return holdings_of(copy.folder); });
    report(account);
    CHECK(account.balances());
    CHECK(integrity_of(copy.folder.path() + "/data/queue.db") == "ok");
    CHECK(integrity_of(copy.folder.path() + "/data/notifications.db") == "ok");
  }
}
