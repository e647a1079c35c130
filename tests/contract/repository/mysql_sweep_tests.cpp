#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>

#include "contract/repository/opened_repository.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {

TEMPLATE_TEST_CASE("A sweep goes on where the last one ended, and a replay of what lies behind is found", "[mysql]",
                   MysqlFixture, MariadbFixture) {
  Opened<TestType> opened;
  const auto& database = opened.storage.database();
  const auto has_passed = [&](const std::string& minutes) {
    return database.query("SELECT swept_until > UTC_TIMESTAMP(6) - INTERVAL " + minutes + " MINUTE FROM sweep_progress")
               .front()
               .front() == "1";
  };
  opened.attempt(request_for("dead"), NotificationStatus::failed_dlq, "refused");
  opened.attempt(request_for("sent"), NotificationStatus::sent);
  database.query("UPDATE notifications SET created_at = created_at - INTERVAL 1 DAY, updated_at = created_at");

  CHECK_FALSE(has_passed("65"));
  CHECK(opened.repository->take_stuck(std::chrono::hours{1}, 10)->empty());
  CHECK(has_passed("65"));
  CHECK_FALSE(has_passed("60"));

  ClaimToken token;
  REQUIRE(opened.claim_one(request_for("dead", 1, true), token, std::chrono::milliseconds{1}).verdict == ClaimVerdict::ours);
  REQUIRE(wait_until([&] {
    const auto stuck = opened.repository->take_stuck(std::chrono::milliseconds{200}, 10);
    return stuck && stuck->size() == 1 && stuck->front().event_id == "dead";
  }));
}

TEMPLATE_TEST_CASE("A sweep begins earlier again after the database's clock was set back", "[mysql]", MysqlFixture,
                   MariadbFixture) {
  Opened<TestType> opened;
  opened.storage.database().query("UPDATE sweep_progress SET swept_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR");
  ClaimToken token;
  REQUIRE(opened.claim_one(request_for("e1"), token, std::chrono::milliseconds{1}).verdict == ClaimVerdict::ours);
  REQUIRE(wait_until([&] {
    const auto stuck = opened.repository->take_stuck(std::chrono::milliseconds{200}, 10);
    return stuck && stuck->size() == 1 && stuck->front().event_id == "e1";
  }));
}

}  // namespace notifier::testing
