#include <algorithm>
#include <array>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/rfc3339.hpp"
#include "contract/repository/history_fixture.hpp"
#include "contract/repository/statement_reads.hpp"
#include "storage/mysql/connection.hpp"
#include "storage/sql/history_statements.hpp"
#include "storage/sqlite/session.hpp"
#include "support/database_session.hpp"
#include "support/test_servers.hpp"

// How the databases go about the statements of the history: by an index, in its order, and never through the whole table.

namespace notifier::testing {
namespace {

using Catch::Matchers::ContainsSubstring;

struct Question {
  NotificationFilter filter;
  std::optional<NotificationCursor> after{};
  std::optional<NotificationCursor> last{};
};

const std::chrono::system_clock::time_point noon = from_rfc3339("2026-01-01T12:00:00Z").value();
const NotificationCursor in_the_middle{.created_at_us = to_microseconds(noon), .event_id = "e0432000"};
const NotificationCursor further_on{.created_at_us = in_the_middle.created_at_us - 10'000'000'000, .event_id = "e0332000"};

const std::array questions{
    Question{},
    Question{.filter = {.since = noon}},
    Question{.filter = {.until = noon}},
    Question{.filter = {}, .after = in_the_middle},
    Question{.filter = {.since = noon - std::chrono::hours{6}, .until = noon}, .after = in_the_middle},
    Question{.filter = {.status = NotificationStatus::failed_dlq}, .last = further_on},
    Question{.filter = {.status = NotificationStatus::failed_dlq}, .after = in_the_middle, .last = further_on},
    Question{.filter = {.event_type = "type-1"}, .after = in_the_middle, .last = further_on},
    Question{.filter = {.recipient = "u7@example.com"}},
    Question{.filter = {.recipient = "u7@example.com", .until = noon}, .after = in_the_middle},
    Question{.filter = {.status = NotificationStatus::sent, .recipient = "u7@example.com"}, .after = in_the_middle},
};

/// The plan as both servers tell it in a table: type, key and remarks.
void check_plan(DatabaseSession& session, const std::string& statement, const std::string& key) {
  CAPTURE(statement);
  const auto plan = session.query("EXPLAIN " + statement);
  REQUIRE(plan.size() == 1);
  std::string line;
  for (const std::string& value : plan.front()) line += value + " | ";
  CAPTURE(line);
  CHECK(std::ranges::find(plan.front(), key) != plan.front().end());
  CHECK_THAT(line, !ContainsSubstring("filesort") && !ContainsSubstring("ALL"));
}

}  // namespace

TEMPLATE_TEST_CASE("At a million rows every statement of the history reads an index in its order, and no more than it must",
                   "[history]", MysqlFixture, MariadbFixture) {
  if (std::is_same_v<TestType, MysqlFixture> && mariadb_stands_in_for_mysql())
    SKIP("MySQL is not available here, and MariaDB has a case of its own");
  constexpr std::size_t limit = 100;
  constexpr std::uint64_t few = 10;
  Opened<TestType> opened;
  insert_history(opened.storage, 1'000'000, 10);
  const auto& database = opened.storage.database();
  database.query("ANALYZE TABLE notifications");
  DatabaseSession session{database.port(), database.name()};
  if (std::is_same_v<TestType, MysqlFixture>) session.query("SET SESSION explain_format = 'TRADITIONAL'");
  auto connection = mysql::Connection::open(opened.storage.settings(),
                                            {.connect = std::chrono::seconds{5}, .answer = std::chrono::seconds{5}});
  const auto text_of = [&](const sql::Statement& statement) { return connection.text_of(statement); };

  for (const Question& question : questions) {
    const NotificationFilter& filter = question.filter;
    const std::string key = filter.recipient.empty() ? "created_at" : "recipient_created_at";
    const std::string page =
        text_of(sql::select_notifications(mysql::dialect, filter, question.after, question.last, limit));
    check_plan(session, page, key);
    const std::string place = text_of(sql::select_place(mysql::dialect, filter, question.after, 50'000));
    check_plan(session, place, key);
    CHECK(reads_at_most(session, place, 50'000 + few));
    if (!filter.status && filter.event_type.empty()) {
      CHECK(reads_at_most(session, page, limit + few));
    } else {
      CHECK(reads_at_most(session, page, most_rows_looked_at + few));
    }
  }
  const CountWindow window{.since_us = further_on.created_at_us, .until_us = in_the_middle.created_at_us};
  const std::string counts = text_of(sql::select_counts(mysql::dialect, window));
  check_plan(session, counts, "created_at");
  CHECK(reads_at_most(session, counts, 2 * most_rows_looked_at + few));
}

TEST_CASE("SQLite reads an index in its order for every statement of the history", "[history]") {
  Opened<SqliteFixture> opened;
  SQLite::Database database{(opened.storage.data_dir() / embedded::notifications_file).string(), SQLite::OPEN_READONLY};
  const auto plan_of = [&](const sql::Statement& statement) {
    SQLite::Statement explain{database, "EXPLAIN QUERY PLAN " + statement.text()};
    std::string plan;
    while (explain.executeStep()) plan += explain.getColumn(3).getString() + "\n";
    return plan;
  };
  for (const Question& question : questions) {
    const bool of_recipient = !question.filter.recipient.empty();
    const std::string index = of_recipient ? "notifications_by_recipient (" : "notifications_by_creation";
    for (const sql::Statement& statement :
         {sql::select_notifications(embedded::dialect, question.filter, question.after, question.last, 100),
          sql::select_place(embedded::dialect, question.filter, question.after, 50'000)}) {
      CAPTURE(statement.text());
      const std::string plan = plan_of(statement);
      CHECK_THAT(plan, ContainsSubstring(index) && !ContainsSubstring("TEMP B-TREE"));
      if (of_recipient) CHECK_THAT(plan, ContainsSubstring("notifications_by_recipient_with_capitals (<expr>=?"));
      const bool is_bounded = question.after || question.filter.since || question.filter.until || of_recipient;
      if (is_bounded) CHECK_THAT(plan, ContainsSubstring("SEARCH") && !ContainsSubstring("SCAN"));
    }
  }
  CHECK_THAT(plan_of(sql::select_counts(embedded::dialect,
                                        {.since_us = further_on.created_at_us, .until_us = in_the_middle.created_at_us})),
             ContainsSubstring("SEARCH notifications USING INDEX notifications_by_creation"));
}

}  // namespace notifier::testing
