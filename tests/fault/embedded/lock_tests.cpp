#include <SQLiteCpp/Database.h>

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

TEST_CASE("While another program keeps the rows locked notifier is not ready and says so, and then all is sent") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder, {})};
  const auto is_ready = [&] { return http_request(all.port(), "GET", "/health/ready").status == 200; };
  REQUIRE(wait_until(is_ready));
  std::vector<std::string> events;
  {
    SQLite::Database other{folder.path() + "/data/notifications.db", SQLite::OPEN_READWRITE, 10'000};
    other.exec("BEGIN IMMEDIATE");
    for (int i = 0; i < 3; ++i) events.push_back(accepted_event_id(all.port(), event_body()));
    CHECK(wait_until([&] { return !is_ready(); }));
    CHECK(wait_until([&] { return all.output().contains("database is locked"); }));
  }
  for (const std::string& event : events) CHECK(await_status(all.port(), event, "SENT").at("attemptCount") == 1);
  CHECK(wait_until(is_ready));
}
