#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "contract/repository/dead_letter_fixture.hpp"
#include "contract/repository/repository_fixture.hpp"
#include "storage/mysql/servers.hpp"
#include "support/database_session.hpp"
#include "support/test_servers.hpp"
#include "support/wait_until.hpp"

// What concerns servers alone: credentials, encryption, absence.

namespace notifier::testing {

using Catch::Matchers::ContainsSubstring;

namespace {

/// How many it ended: all those to `database` but its own and those that have gone since they were listed.
int end_connections(const TemporaryDatabase& database) {
  int ended = 0;
  for (const auto& row : database.query("SELECT id FROM information_schema.processlist WHERE db = '" + database.name() +
                                        "' AND id <> CONNECTION_ID()")) {
    try {
      database.query("KILL " + row.front());
      ++ended;
    } catch (const std::runtime_error& error) {
      if (!std::string_view{error.what()}.starts_with("Unknown thread id")) throw;
    }
  }
  return ended;
}

int calls_waiting_for_table(const TemporaryDatabase& database) {
  return std::stoi(database.query("SELECT COUNT(*) FROM information_schema.processlist WHERE db = '" + database.name() +
                                  "' AND state = 'Waiting for table metadata lock'")[0][0]);
}

}  // namespace

TEMPLATE_TEST_CASE("Credentials that are refused are told without the password", "[mysql]", MysqlFixture, MariadbFixture) {
  const TestType storage;
  MysqlSettings settings = storage.settings();
  settings.password = "wrong-word";
  const auto migrated = mysql::open_storage(settings)->repository()->migrate();
  REQUIRE_FALSE(migrated.has_value());
  CHECK(migrated.error().kind == RepositoryError::Kind::refused);
  CHECK_THAT(migrated.error().detail, ContainsSubstring("MYSQL_PASSWORD") && !ContainsSubstring("wrong-word"));
}

TEMPLATE_TEST_CASE("A database that does not exist is refused by its name", "[mysql]", MysqlFixture, MariadbFixture) {
  const TestType storage;
  MysqlSettings settings = storage.settings();
  settings.database = "no_such_database";
  const auto migrated = mysql::open_storage(settings)->repository()->migrate();
  REQUIRE_FALSE(migrated.has_value());
  CHECK(migrated.error().kind == RepositoryError::Kind::refused);
  CHECK_THAT(migrated.error().detail, ContainsSubstring("no_such_database"));
}

TEST_CASE("MYSQL_HOST may list servers with ports of their own", "[mysql]") {
  const auto listed = [](const std::string& hosts) {
    const auto servers = mysql::servers_of({.host = hosts, .port = 3307});
    if (!servers) return "refused: " + servers.error();
    std::string text;
    for (const auto& [host, port] : *servers) text += host + " " + std::to_string(port) + ";";
    return text;
  };
  CHECK(listed("db") == "db 3307;");
  CHECK(listed("db1, db2:3306") == "db1 3307;db2 3306;");
  CHECK(listed("::1,[::1],[fe80::1]:3306") == "::1 3307;::1 3307;fe80::1 3306;");
  for (const std::string wrong : {"db1,", ",db1", "db:", "db:port", "db:0", "db:70000", "[::1", "[::1]3306", "[]"}) {
    CHECK_THAT(listed(wrong), ContainsSubstring("refused"));
  }
}

TEMPLATE_TEST_CASE("A server that is not there is passed over for one that is", "[mysql]", MysqlFixture, MariadbFixture) {
  const TestType storage;
  MysqlSettings settings = storage.settings();
  settings.host = "127.0.0.1:1," + settings.host;
  const auto migrated = mysql::open_storage(settings)->repository()->migrate();
  CHECK(migrated.has_value());
}

TEST_CASE("A server that is not there is unavailable", "[mysql]") {
  MysqlSettings settings;
  settings.host = "127.0.0.1";
  settings.port = 1;
  settings.user = "nobody";
  const auto answer = mysql::open_storage(settings)->repository()->ping();
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == RepositoryError::Kind::unavailable);
}

TEST_CASE("MYSQL_TLS=required encrypts, and verify refuses a certificate of an unknown authority", "[mysql]") {
  if (mariadb_stands_in_for_mysql())
    SKIP("MySQL is not available here, and the MariaDB that stands in for it has no certificate");
  const MysqlFixture storage;
  MysqlSettings settings = storage.settings();
  settings.tls = MysqlTls::required;
  CHECK(mysql::open_storage(settings)->repository()->migrate().has_value());
  settings.tls = MysqlTls::verify;
  settings.ca_file = rabbitmq_ca_file();
  const auto refused = mysql::open_storage(settings)->repository()->migrate();
  REQUIRE_FALSE(refused.has_value());
}

TEST_CASE("MYSQL_TLS=required refuses a server without TLS", "[mysql]") {
  const MariadbFixture storage;
  MysqlSettings settings = storage.settings();
  settings.tls = MysqlTls::required;
  CHECK_FALSE(mysql::open_storage(settings)->repository()->migrate().has_value());
}

TEMPLATE_TEST_CASE("What takes long of all that a server is asked at a time keeps no read of a dead letter waiting",
                   "[mysql]", MysqlFixture, MariadbFixture) {
  DeadLettered<TestType> opened;
  opened.die("e1");
  const TemporaryDatabase& database = opened.storage.database();
  DatabaseSession holder{database.port(), database.name()};
  holder.query("LOCK TABLES replays WRITE, replay_items WRITE");
  std::vector<std::future<bool>> held;
  const auto ask = [&held](auto call) { held.push_back(std::async(std::launch::async, call)); };
  for (int i = 0; i < 2; ++i) {
    ask([&] { return opened.letters->find_replay(1).has_value(); });
    ask([&] { return opened.letters->replay_items(1, 0, 1).has_value(); });
  }
  CHECK(wait_until([&] { return calls_waiting_for_table(database) == 4; }));
  CHECK(opened.letters->find(1).has_value());
  CHECK(must(opened.letters->list({}, std::nullopt, 1)).dead_letters.size() == 1);
  holder.query("UNLOCK TABLES");
  for (auto& call : held) CHECK(call.get());
}

TEMPLATE_TEST_CASE("A summary and two lists of the history are read at a time", "[mysql]", MysqlFixture, MariadbFixture) {
  const Opened<TestType> opened;
  const auto history = opened.storage.storage()->history();
  const TemporaryDatabase& database = opened.storage.database();
  DatabaseSession holder{database.port(), database.name()};
  holder.query("LOCK TABLES notifications WRITE");
  const auto now = std::chrono::system_clock::now();
  auto summary = std::async(std::launch::async, [&] { return history->count(now - std::chrono::hours{1}, now); });
  auto one = std::async(std::launch::async, [&] { return history->list({}, std::nullopt, 1); });
  auto other = std::async(std::launch::async, [&] { return history->list({}, std::nullopt, 1); });
  CHECK(wait_until([&] { return calls_waiting_for_table(database) == 3; }));
  holder.query("UNLOCK TABLES");
}

TEMPLATE_TEST_CASE("Connections that the server has ended are replaced", "[mysql]", MysqlFixture, MariadbFixture) {
  const TestType storage;
  const auto repository = storage.open();
  REQUIRE(repository->migrate().has_value());
  REQUIRE(repository->find("nobody").has_value());
  REQUIRE(end_connections(storage.database()) > 0);
  CHECK(repository->find("nobody").has_value());
}

TEMPLATE_TEST_CASE("A compatible migration of a newer program is no reason to refuse", "[mysql]", MysqlFixture,
                   MariadbFixture) {
  const TestType storage;
  REQUIRE(storage.open()->migrate().has_value());
  storage.database().query(
      "INSERT INTO compatible_migrations (name, applied_at) VALUES ('9999_from_the_future', UTC_TIMESTAMP(6))");
  CHECK(storage.open()->migrate()->empty());
}

TEMPLATE_TEST_CASE("A schema of a newer program is refused", "[mysql]", MysqlFixture, MariadbFixture) {
  const TestType storage;
  REQUIRE(storage.open()->migrate().has_value());
  storage.database().query(
      "INSERT INTO schema_migrations (name, applied_at) VALUES ('9999_from_the_future', UTC_TIMESTAMP(6))");
  const auto migrated = storage.open()->migrate();
  REQUIRE_FALSE(migrated.has_value());
  CHECK(migrated.error().kind == RepositoryError::Kind::refused);
}

}  // namespace notifier::testing
