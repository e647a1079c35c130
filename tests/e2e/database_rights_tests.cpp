#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <string>
#include <utility>

#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;
using Catch::Matchers::ContainsSubstring;

// As in the table of docs/operations.md.

namespace {

const std::string key_of_admin = "admin-key";

/// Of the test's own: users belong to the whole server.
class DatabaseUser {
 public:
  DatabaseUser(const TemporaryDatabase& database, const std::string& name, const std::string& rights)
      : database_{database}, name_{unique_name(name)} {
    database_.query("CREATE USER '" + name_ + "'@'%' IDENTIFIED BY '" + database_password + "'");
    grant(rights, "*");
  }
  ~DatabaseUser() { database_.query("DROP USER '" + name_ + "'@'%'"); }
  DatabaseUser(const DatabaseUser&) = delete;
  DatabaseUser& operator=(const DatabaseUser&) = delete;

  void grant(const std::string& rights, const std::string& table) const {
    database_.query("GRANT " + rights + " ON " + database_.name() + "." + table + " TO '" + name_ + "'@'%'");
  }

  [[nodiscard]] Environment settings(const RealServers& servers, Environment changes = {}) const {
    changes["MYSQL_USER"] = name_;
    changes["API_KEYS"] = "operator:admin:" + key_of_admin;
    changes.insert(two_attempts.begin(), two_attempts.end());
    return servers.settings(changes);
  }

 private:
  const TemporaryDatabase& database_;
  std::string name_;
};

std::string shown(NotifierProcess& api, const std::string& path) {
  return http_request(api.port(), "GET", path, {}, {{"X-API-Key", key_of_admin}}).body + "\n";
}

HttpAnswer administer(NotifierProcess& api, const std::string& path, const std::string& body = {}) {
  return http_request(api.port(), "POST", path, body, {{"X-API-Key", key_of_admin}, {"Content-Type", "application/json"}});
}

/// Of the only event that is dead: the path of its dead letter, once it has died so often.
std::string await_dead_letter(NotifierProcess& api, int deaths) {
  boost::json::array letters;
  REQUIRE(wait_until([&] {
    const HttpAnswer answer = http_request(api.port(), "GET", "/dead-letters", {}, {{"X-API-Key", key_of_admin}});
    letters = boost::json::parse(answer.body).at("deadLetters").as_array();
    return letters.size() == 1 && letters.at(0).at("deaths").to_number<int>() == deaths;
  }));
  return "/dead-letters/" + std::to_string(letters.at(0).at("id").to_number<std::uint64_t>());
}

std::string readiness(NotifierProcess& process) { return http_request(process.port(), "GET", "/health/ready").body; }

}  // namespace

TEST_CASE("The rights that are documented are enough for each of notifier's database users") {
  const auto kind = GENERATE(RealServers::Database::mysql, RealServers::Database::mariadb);
  const RealServers servers{kind};
  const TemporaryDatabase& database = servers.database();
  const DatabaseUser migrating{database, "n_migrate", "SELECT, INSERT, UPDATE, CREATE, ALTER, DROP, INDEX"};
  const DatabaseUser accepting{database, "n_api", "SELECT, INSERT, UPDATE"};
  const DatabaseUser consuming{database, "n_consume", "SELECT, INSERT, UPDATE, DELETE"};
  {
    const FinishedCommand migrated = run_command({"migrate"}, migrating.settings(servers));
    INFO(migrated.output);
    REQUIRE(migrated.exit_status == 0);
    CHECK_THAT(migrated.output, ContainsSubstring("'" + database.name() + "' at 127.0.0.1:"));
  }
  NotifierProcess api{{"api"}, accepting.settings(servers)};
  NotifierProcess consume{{"consume"}, consuming.settings(servers)};
  const std::string sent = accepted_event_id(api.port(), event_body());
  static_cast<void>(await_status(api.port(), sent, "SENT"));

  const std::string failed = accepted_event_id(api.port(), event_body("fail@example.com"));
  CHECK(administer(api, await_dead_letter(api, 1) + "/replay").status == 202);
  std::string letter = await_dead_letter(api, 2);
  CHECK(administer(api, "/dead-letters/replay", R"({"all":true,"rate":100})").status == 202);
  letter = await_dead_letter(api, 3);
  const std::string edited = R"({"payload":{"userId":"u","email":"ada@example.com","username":"ada"}})";
  const HttpAnswer replay = administer(api, letter + "/edit", edited);
  CHECK(replay.status == 202);
  const bool is_sent = wait_until([&] { return notification(api.port(), failed).at("status").as_string() == "SENT"; });
  const std::string number = std::to_string(boost::json::parse(replay.body).at("replayId").to_number<std::uint64_t>());
  INFO(shown(api, letter) + shown(api, "/replays/" + number) + shown(api, "/replays/" + number + "/items"));
  INFO(consume.output());
  REQUIRE(is_sent);
  static_cast<void>(accepted_event_id(api.port(), event_body("fail@example.com")));
  CHECK(administer(api, await_dead_letter(api, 1) + "/discard", R"({"reason":"a test"})").status == 200);

  database.query("UPDATE notifications SET created_at = '2000-01-01', updated_at = '2000-01-01'");
  const FinishedCommand purged = run_command({"purge"}, consuming.settings(servers));
  INFO(purged.output);
  CHECK(purged.exit_status == 0);
  CHECK(http_request(api.port(), "GET", "/notifications/" + sent, {}, {{"X-API-Key", test_key}}).status == 404);
  for (NotifierProcess* process : {&api, &consume}) {
    CHECK(http_request(process->port(), "GET", "/health/ready").status == 200);
    process->signal(SIGTERM);
    CHECK(process->wait_for_exit() == 0);
    CHECK_THAT(process->output(), !ContainsSubstring("denied") && !ContainsSubstring("GRANT"));
  }
}

TEST_CASE("An API whose database user may only read names the right that it lacks for what is asked") {
  const auto kind = GENERATE(RealServers::Database::mysql, RealServers::Database::mariadb);
  const RealServers servers{kind};
  NotifierProcess consume{{"consume"}, servers.settings(two_attempts)};
  const DatabaseUser reading{servers.database(), "n_read", "SELECT"};
  NotifierProcess api{{"api"}, reading.settings(servers)};
  REQUIRE(becomes_ready(consume));
  static_cast<void>(accepted_event_id(api.port(), event_body("fail@example.com")));
  const std::string letter = await_dead_letter(api, 1);
  const auto check_refused = [](const HttpAnswer& answer, const std::string& right) {
    CHECK(answer.status == 500);
    CHECK_THAT(answer.body, ContainsSubstring(right) && ContainsSubstring("database_right_missing"));
    CHECK_THAT(answer.body, !ContainsSubstring("n_read"));
  };
  const std::string no_insert = "lacks the right INSERT on the table 'replays'";
  check_refused(administer(api, letter + "/replay"), no_insert);
  check_refused(administer(api, "/dead-letters/replay", R"({"all":true})"), no_insert);
  const std::string no_update = "lacks the right UPDATE on the table 'dead_letters'";
  check_refused(administer(api, letter + "/discard", R"({"reason":"a test"})"), no_update);
  check_refused(administer(api, "/dead-letters/discard", R"({"all":true,"reason":"a test"})"), no_update);
  const std::string edited = R"({"payload":{"userId":"u","email":"ada@example.com","username":"ada"}})";
  check_refused(administer(api, letter + "/edit", edited), "lacks the right");
}

TEST_CASE("A right that housekeeping lacks is told once, and shown until it has been granted") {
  const auto kind = GENERATE(RealServers::Database::mysql, RealServers::Database::mariadb);
  const RealServers servers{kind};
  const TemporaryDatabase& database = servers.database();
  REQUIRE(run_command({"migrate"}, servers.settings()).exit_status == 0);
  const DatabaseUser consuming{database, "n_all", "SELECT"};
  for (const char* const table : {"notifications", "notification_attempts", "dead_letters", "replays", "leases"}) {
    consuming.grant("INSERT, UPDATE", table);
  }
  consuming.grant("INSERT, UPDATE, DELETE", "watched_notifications");
  database.query(
      "INSERT INTO replays (state, rate, total, requested_by, created_at, ended_at)"
      " VALUES ('DONE', 0, 0, 'a test', '2000-01-01', '2000-01-01')");
  NotifierProcess all{{"all"}, consuming.settings(servers)};
  const std::string no_delete = R"("retention":"fails: the database user lacks the right DELETE on the table 'replays'")";
  REQUIRE(wait_until([&] { return readiness(all).contains(no_delete); }));

  static_cast<void>(accepted_event_id(all.port(), event_body("fail@example.com")));
  const std::string letter = await_dead_letter(all, 1);
  consuming.grant("INSERT", "replay_items");
  CHECK(administer(all, letter + "/replay").status == 202);
  const std::string no_update =
      R"("dead_letters":"fails: the database user lacks the right UPDATE on the table 'replay_items'")";
  const bool is_told = wait_until([&] { return readiness(all).contains(no_update); });
  INFO(readiness(all));
  REQUIRE(is_told);
  CHECK(http_request(all.port(), "GET", "/health/ready").status == 200);
  consuming.grant("UPDATE", "replay_items");
  REQUIRE(wait_until([&] { return !readiness(all).contains("dead_letters"); }));
  static_cast<void>(await_dead_letter(all, 2));
  CHECK(readiness(all).contains(no_delete));
  all.signal(SIGTERM);
  CHECK(all.wait_for_exit() == 0);
  CHECK(lines_with("housekeeping fails", all.output()) == 2);
  CHECK(lines_with("housekeeping works again", all.output()) == 1);
}
