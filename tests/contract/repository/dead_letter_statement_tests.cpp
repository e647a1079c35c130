#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "contract/repository/dead_letter_fixture.hpp"
#include "contract/repository/statement_reads.hpp"
#include "storage/sql/dead_letter_rows.hpp"
#include "support/database_session.hpp"
#include "support/test_servers.hpp"

// How the databases go from a dead letter to its notification: by the key, and never through all that there are.

namespace notifier::testing {
namespace {

using Catch::Matchers::ContainsSubstring;

std::string select_own_notification(std::uint64_t dead_letter) {
  return "SELECT notifications.payload FROM dead_letters LEFT" + std::string{sql::join_notification} + " AND " +
         std::string{sql::is_own} + " WHERE dead_letters.id = " + std::to_string(dead_letter);
}

}  // namespace

TEMPLATE_TEST_CASE("The notification of a dead letter is looked up by its key", "[dead_letters]", MysqlFixture,
                   MariadbFixture) {
  if (std::is_same_v<TestType, MysqlFixture> && mariadb_stands_in_for_mysql())
    SKIP("MySQL is not available here, and MariaDB has a case of its own");
  DeadLettered<TestType> letters;
  letters.die("event-1");
  insert_history(letters.storage, 1000, 10);
  const auto& database = letters.storage.database();
  DatabaseSession session{database.port(), database.name()};
  const std::string select = select_own_notification(letters.only_id());
  REQUIRE(session.query(select).size() == 1);
  CHECK(reads_at_most(session, select, 9));
}

TEST_CASE("The notification of a dead letter is looked up by its key - SQLite", "[dead_letters]") {
  DeadLettered<SqliteFixture> letters;
  letters.die("event-1");
  SQLite::Database database{(letters.storage.data_dir() / embedded::notifications_file).string(), SQLite::OPEN_READONLY};
  SQLite::Statement explain{database, "EXPLAIN QUERY PLAN " + select_own_notification(letters.only_id())};
  std::string plan;
  while (explain.executeStep()) plan += explain.getColumn(3).getString() + "\n";
  CHECK_THAT(plan, ContainsSubstring("SEARCH notifications USING PRIMARY KEY (event_id=?)"));
}

TEMPLATE_LIST_TEST_CASE("What is asked for is taken as it is, whatever statements mean by it", "[dead_letters]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  const std::string error = R"(why? 'so' "is" it \' ? -- )";
  letters.die("event-1", error);
  letters.die("event-2", "why");
  const auto found = letters.list({.error = error});
  REQUIRE(found.size() == 1);
  CHECK(found.front().error == error);
  const DeadLetterFilter chosen{.error = R"(\' ?)"};
  CHECK(must(letters.letters->discard(chosen, R"(? it's \ "?")", "?")) == 1);
  const auto discarded = letters.record_of(found.front().id);
  CHECK(discarded.discard_reason == R"(? it's \ "?")");
  CHECK(discarded.closed_by == "?");
}

}  // namespace notifier::testing
