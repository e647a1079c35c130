#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "contract/repository/opened_repository.hpp"

namespace notifier::testing {

TEMPLATE_TEST_CASE("Payloads are text to MySQL and JSON to whoever asks it about them", "[mysql]", MysqlFixture,
                   MariadbFixture) {
  Opened<TestType> opened;
  REQUIRE(opened.verdict({.event = event_with("e1", R"(,"zeta":1,"a":1.10)")}) == ClaimVerdict::ours);
  const auto& database = opened.storage.database();
  const auto answer = [&](const std::string& select) {
    return database.query(select + " FROM notifications").front().front();
  };
  CHECK(answer("SELECT JSON_UNQUOTE(JSON_EXTRACT(payload, '$.email'))") == "a@example.com");
  CHECK(answer("SELECT JSON_EXTRACT(payload, '$.a') = 1.1") == "1");
  CHECK(answer("SELECT JSON_VALID(payload)") == "1");
}

TEMPLATE_TEST_CASE("What a program of before has in its rows stays when payloads become text, however often that is begun",
                   "[mysql]", MysqlFixture, MariadbFixture) {
  Opened<TestType> opened;
  const auto& database = opened.storage.database();
  database.query("ALTER TABLE notifications MODIFY COLUMN payload JSON NOT NULL");
  database.query("ALTER TABLE dead_letters MODIFY COLUMN original_payload JSON NULL");
  REQUIRE(opened.verdict(request_for("e1")) == ClaimVerdict::ours);
  const std::string before = opened.find("e1").payload;
  for (int i = 0; i < 2; ++i) {
    database.query("DELETE FROM compatible_migrations WHERE name = '0005_payload_text'");
    REQUIRE(opened.repository->migrate().has_value());
    CHECK(opened.find("e1").payload == before);
  }
  const Event event = event_with("e2", R"(,"zeta":1,"a":1.10)");
  REQUIRE(opened.verdict({.event = event}) == ClaimVerdict::ours);
  CHECK(opened.find("e2").payload == event.payload);
}

}  // namespace notifier::testing
