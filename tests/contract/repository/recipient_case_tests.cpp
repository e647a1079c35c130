#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "contract/repository/opened_repository.hpp"

namespace notifier::testing {
namespace {

constexpr const char* first_statement_of_the_migration =
    "ALTER TABLE notifications ADD COLUMN recipient_in_lower_case VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin "
    "GENERATED ALWAYS AS (LOWER(recipient)) VIRTUAL";

}  // namespace

TEMPLATE_TEST_CASE("Recipients in rows of before are found in any case, however often the migration is begun", "[mysql]",
                   MysqlFixture, MariadbFixture) {
  Opened<TestType> opened;
  const auto& database = opened.storage.database();
  database.query(
      "ALTER TABLE notifications DROP KEY recipient_created_at, DROP COLUMN recipient_in_lower_case, "
      "ADD KEY recipient_created_at (recipient, created_at)");
  database.query("DELETE FROM compatible_migrations WHERE name = '0008_recipient_in_any_case'");
  Event event = event_with("e1", "");
  event.recipient.email = "Ädä@Example.com";
  REQUIRE(opened.verdict({.event = event}) == ClaimVerdict::ours);

  database.query(first_statement_of_the_migration);
  for (int i = 0; i < 2; ++i) {
    REQUIRE(opened.repository->migrate().has_value());
    const auto history = opened.storage.storage()->history();
    const auto page = history->list({.recipient = "ädä@example.COM"}, std::nullopt, 10);
    REQUIRE(page.has_value());
    REQUIRE(page->notifications.size() == 1);
    CHECK(page->notifications.front().recipient == "Ädä@Example.com");
    database.query("DELETE FROM compatible_migrations WHERE name = '0008_recipient_in_any_case'");
  }
}

TEMPLATE_TEST_CASE("What programs of before ask about recipients is answered after the migration as before", "[mysql]",
                   MysqlFixture, MariadbFixture) {
  Opened<TestType> opened;
  REQUIRE(opened.verdict(request_for("e1")) == ClaimVerdict::ours);
  const auto rows = opened.storage.database().query(
      "SELECT event_id FROM notifications FORCE INDEX (recipient_created_at) WHERE recipient = 'a@example.com' "
      "ORDER BY created_at DESC, event_id DESC LIMIT 10");
  REQUIRE(rows.size() == 1);
  CHECK(rows.front().front() == "e1");
}

}  // namespace notifier::testing
