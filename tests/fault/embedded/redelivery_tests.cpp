#include <SQLiteCpp/Database.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstddef>
#include <set>
#include <string>

#include "notifier/broker_topology.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

bool has_handed_out(const TemporaryFolder& folder) {
  SQLite::Database queue{folder.path() + "/data/queue.db", SQLite::OPEN_READONLY, 5000};
  return queue.execAndGet("SELECT position FROM handed_out").getInt64() > 0;
}

}  // namespace

TEST_CASE("Events that are in hand when the embedded process is killed 24 times are no dead letters") {
  constexpr std::size_t events = 20;
  // The first is charged to nobody, and the broker gives a message up when it comes back for the 21st time.
  constexpr int kills = notifier::main_queue_delivery_limit + 4;
  const TemporaryFolder folder;
  std::set<std::string> ids;
  for (int kill = 0; kill < kills; ++kill) {
    NotifierProcess all{{"all"}, embedded_settings(folder, {{"SEND_CONCURRENCY", "5"}, {"MOCK_LATENCY", "9s"}})};
    while (ids.size() < events) ids.insert(accepted_event_id(all.port(), event_body()));
    REQUIRE(wait_until([&] { return has_handed_out(folder); }));
    all.signal(SIGKILL);
    REQUIRE(all.wait_for_exit() == -SIGKILL);
  }
  NotifierProcess all{{"all"}, embedded_settings(folder, {{"MOCK_LATENCY", "10ms"}})};
  for (const std::string& id : ids) {
    CHECK(await_status(all.port(), id, "SENT", std::chrono::minutes{2}).at("status").as_string() == "SENT");
  }
}
