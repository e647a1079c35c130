#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fault/servers/running_notifier.hpp"
#include "support/database_session.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/test_servers.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

// A database that answers and refuses what is written: it is said so, and nothing is lost by it.

namespace {

using Database = RealServers::Database;

/// A global variable of a server for as long as this lives. Connections that there are already may keep what they began
/// with.
class GlobalVariable {
 public:
  GlobalVariable(const TemporaryDatabase& database, std::string name, const std::string& value)
      : database_{database}, name_{std::move(name)}, before_{database.query("SELECT @@GLOBAL." + name_).at(0).at(0)} {
    set(value);
  }
  ~GlobalVariable() { set(before_); }
  GlobalVariable(const GlobalVariable&) = delete;
  GlobalVariable& operator=(const GlobalVariable&) = delete;

 private:
  void set(const std::string& value) const {
    const bool is_word = value.empty() || value.find_first_not_of("0123456789") != std::string::npos;
    database_.query("SET GLOBAL " + name_ + " = " + (is_word ? "'" + value + "'" : value));
  }

  const TemporaryDatabase& database_;
  std::string name_;
  std::string before_;
};

/// A user who may do everything in one database, as notifier's users do, and nothing to the server.
class PlainUser {
 public:
  explicit PlainUser(const TemporaryDatabase& database) : PlainUser{database, database.name()} {}
  PlainUser(const TemporaryDatabase& database, const std::string& schema) : database_{database} {
    database.query("CREATE USER 'plain'@'%' IDENTIFIED BY '" + database_password + "'");
    database.query("GRANT ALL ON " + schema + ".* TO 'plain'@'%'");
  }
  ~PlainUser() { database_.query("DROP USER 'plain'@'%'"); }
  PlainUser(const PlainUser&) = delete;
  PlainUser& operator=(const PlainUser&) = delete;

 private:
  const TemporaryDatabase& database_;
};

/// A schema of the same name on another server.
class SchemaElsewhere {
 public:
  SchemaElsewhere(const TemporaryDatabase& server, std::string name) : server_{server}, name_{std::move(name)} {
    server_.query("CREATE DATABASE " + name_);
  }
  ~SchemaElsewhere() { server_.query("DROP DATABASE " + name_); }
  SchemaElsewhere(const SchemaElsewhere&) = delete;
  SchemaElsewhere& operator=(const SchemaElsewhere&) = delete;

 private:
  const TemporaryDatabase& server_;
  std::string name_;
};

/// `api` and `consume` by that user.
class PlainNotifier {
 public:
  explicit PlainNotifier(Database database, Environment changes = {}) : servers_{database}, changes_{std::move(changes)} {
    changes_["MYSQL_USER"] = "plain";
  }

  [[nodiscard]] const TemporaryDatabase& database() const { return servers_.database(); }
  [[nodiscard]] Environment settings() const { return servers_.settings(changes_); }

 private:
  RealServers servers_;
  PlainUser user_{servers_.database()};
  Environment changes_;
};

bool is_ready(NotifierProcess& process) { return http_request(process.port(), "GET", "/health/ready").status == 200; }

void await_readiness(NotifierProcess& process, bool ready) {
  INFO(process.output());
  REQUIRE(wait_until([&] { return is_ready(process) == ready; }, std::chrono::minutes{1}));
}

/// A schema of notifier's on MySQL, where `api` and `consume` find it first, and one of the same name on MariaDB.
class TwoServers {
 public:
  TwoServers() {
    REQUIRE(run_command({"migrate"}, notifier_.settings()).exit_status == 0);
    Environment elsewhere = notifier_.settings();
    elsewhere["MYSQL_PORT"] = std::to_string(mariadb_port());
    REQUIRE(run_command({"migrate"}, elsewhere).exit_status == 0);
  }

  [[nodiscard]] Environment settings() const {
    Environment settings = notifier_.settings();
    settings["MYSQL_HOST"] = "127.0.0.1:" + std::to_string(mysql_port()) + ",127.0.0.1:" + std::to_string(mariadb_port());
    return settings;
  }

  [[nodiscard]] const TemporaryDatabase& first() const { return notifier_.database(); }
  [[nodiscard]] const TemporaryDatabase& second() const { return second_; }

  /// Whether the event is sent as the second server has it.
  [[nodiscard]] bool is_sent_on_second(const std::string& event) const {
    return !second_
                .query("SELECT 1 FROM " + first().name() + ".notifications WHERE status = 'SENT' AND event_id = '" + event +
                       "'")
                .empty();
  }

 private:
  PlainNotifier notifier_{Database::mysql};
  TemporaryDatabase second_{mariadb_port()};
  SchemaElsewhere same_schema_{second_, notifier_.database().name()};
  PlainUser same_user_{second_, notifier_.database().name()};
};

std::string event_with(std::size_t count, char of) {
  const boost::json::object payload{
      {"userId", "uuid-123"}, {"email", "user@example.com"}, {"username", "testuser"}, {"x", std::string(count, of)}};
  return boost::json::serialize(
      boost::json::object{{"eventType", "user_signup"}, {"timestamp", "2023-10-27T10:00:00Z"}, {"payload", payload}});
}

std::string event_of_type(const std::string& type) {
  boost::json::object event = boost::json::parse(event_body()).as_object();
  event["eventType"] = type;
  return boost::json::serialize(event);
}

}  // namespace

TEST_CASE("A database that is read-only is no ready one, and what waited is sent when it takes writes again") {
  const Database database = GENERATE(Database::mysql, Database::mariadb);
  const PlainNotifier notifier{database};
  NotifierProcess api{{"api"}, notifier.settings()};
  NotifierProcess consume{{"consume"}, notifier.settings()};
  await_readiness(consume, true);
  std::string event;
  {
    const GlobalVariable read_only{notifier.database(), "read_only", "ON"};
    event = accepted_event_id(api.port(), event_body());
    await_readiness(consume, false);
    REQUIRE(wait_until([&] { return lines_with("error 1290", consume.output()) > 0; }));
    CHECK(is_ready(api));
  }
  CHECK(await_status(api.port(), event, "SENT").at("attemptCount").to_number<int>() == 1);
  await_readiness(consume, true);
  CHECK(lines_with("error 1290", consume.output()) == 1);
}

TEST_CASE("Sessions whose settings the server refuses to write under are replaced when it does no more") {
  if (mariadb_stands_in_for_mysql()) SKIP("needs a MySQL that keeps a binary log");
  const PlainNotifier notifier{Database::mysql};
  REQUIRE(run_command({"migrate"}, notifier.settings()).exit_status == 0);
  std::string event;
  NotifierProcess api{{"api"}, notifier.settings()};
  std::unique_ptr<NotifierProcess> consume;
  {
    const GlobalVariable format{notifier.database(), "binlog_format", "STATEMENT"};
    consume = std::make_unique<NotifierProcess>(std::vector<std::string>{"consume"}, notifier.settings());
    event = accepted_event_id(api.port(), event_body());
    REQUIRE(wait_until([&] { return lines_with("error 1665", consume->output()) == 1; }));
    CHECK_FALSE(is_ready(*consume));
  }
  CHECK(await_status(api.port(), event, "SENT").at("attemptCount").to_number<int>() == 1);
  await_readiness(*consume, true);
}

TEST_CASE("Events that are too large for the server's packets are dead letters that say so, and hold nobody up") {
  const Database database = GENERATE(Database::mysql, Database::mariadb);
  const PlainNotifier notifier{database};
  const GlobalVariable packets{notifier.database(), "max_allowed_packet", "262144"};
  NotifierProcess api{{"api"}, notifier.settings()};
  NotifierProcess consume{{"consume"}, notifier.settings()};
  await_readiness(consume, true);
  for (int i = 0; i < 2; ++i) accepted_event_id(api.port(), event_with(120'000, '\\'));
  const std::string small = accepted_event_id(api.port(), event_body());
  CHECK(await_status(api.port(), small, "SENT").at("status").as_string() == "SENT");
  const std::string named =
      "dead_letters WHERE reason = 'unstorable_event' AND error LIKE '%max_allowed_packet%262144%' AND body_bytes > 240000";
  CHECK(wait_until([&] { return notifier.database().query("SELECT id FROM " + named).size() == 2; }));
  await_readiness(consume, true);
}

TEST_CASE("Large events that were claimed beside one that is too large go on at once") {
  const Database database = GENERATE(Database::mysql, Database::mariadb);
  const PlainNotifier notifier{database};
  REQUIRE(run_command({"migrate"}, notifier.settings()).exit_status == 0);
  const GlobalVariable packets{notifier.database(), "max_allowed_packet", "262144"};
  const char large = GENERATE('a', '\'');
  std::vector<std::string> events;
  {
    // All wait when the consumer begins, so that they are claimed together.
    NotifierProcess api{{"api"}, notifier.settings()};
    for (int i = 0; i < 3; ++i) events.push_back(accepted_event_id(api.port(), event_with(100'000, large)));
    accepted_event_id(api.port(), event_with(120'000, '\\'));
  }
  const NotifierProcess consume{{"consume"}, notifier.settings()};
  REQUIRE(wait_until([&] { return notifier.database().query("SELECT id FROM dead_letters").size() == 1; }));
  const std::string sent = "SELECT 1 FROM notifications WHERE status = 'SENT'";
  REQUIRE(wait_until([&] { return notifier.database().query(sent).size() == events.size(); }));
  // What is taken for another's waits until its claim is over, after 25 s.
  CHECK(notifier.database().query(sent + " AND last_attempt_timestamp < created_at + INTERVAL 25 SECOND").size() ==
        events.size());
}

TEST_CASE("Text is UTF-8 whatever character set the server begins sessions with") {
  const Database database = GENERATE(Database::mysql, Database::mariadb);
  const PlainNotifier notifier{database};
  const GlobalVariable init{notifier.database(), "init_connect", "SET NAMES latin1"};
  NotifierProcess api{{"api"}, notifier.settings()};
  NotifierProcess consume{{"consume"}, notifier.settings()};
  await_readiness(consume, true);
  const std::string event = accepted_event_id(api.port(), event_of_type("gr\u00f6\u00dfe"));
  CHECK(await_status(api.port(), event, "SENT").at("eventType").as_string() == "gr\u00f6\u00dfe");
  CHECK(notifier.database().query("SELECT HEX(event_type) FROM notifications").at(0).at(0) == "6772C3B6C39F65");
}

TEST_CASE("What is recorded is committed, whatever the server begins sessions with") {
  const auto kind = GENERATE(Database::mysql, Database::mariadb);
  const PlainNotifier notifier{kind, {{"MAX_RETRIES", "0"}, {"API_KEYS", "operator:admin:admin-key"}}};
  const GlobalVariable init{notifier.database(), "init_connect",
                            "SET autocommit = 0, completion_type = 2, sql_safe_updates = 1, sql_select_limit = 1, "
                            "max_join_size = 1, sql_big_selects = 0, sql_auto_is_null = 1"};
  NotifierProcess api{{"api"}, notifier.settings()};
  NotifierProcess consume{{"consume"}, notifier.settings()};
  await_readiness(consume, true);
  const std::string sent = accepted_event_id(api.port(), event_body());
  static_cast<void>(await_status(api.port(), sent, "SENT"));
  const std::string failed = accepted_event_id(api.port(), event_body("fail@example.com"));
  static_cast<void>(await_status(api.port(), failed, "FAILED_DLQ"));
  const HttpAnswer replayed = http_request(api.port(), "POST", "/dead-letters/replay", R"({"all":true})",
                                           {{"X-API-Key", "admin-key"}, {"Content-Type", "application/json"}});
  CHECK(replayed.status == 202);
  const auto attempts = [&] { return notification(api.port(), failed).at("attemptCount").to_number<int>(); };
  CHECK(wait_until([&] { return attempts() == 2; }));
  consume.signal(SIGKILL);
  static_cast<void>(consume.wait_for_exit());
  const auto rows = notifier.database().query("SELECT status, COUNT(*) FROM notifications GROUP BY status ORDER BY status");
  CHECK(rows == std::vector<std::vector<std::string>>{{"SENT", "1"}, {"FAILED_DLQ", "1"}});
}

TEST_CASE("Of several servers the one that takes writes is found, at the start and after a failover") {
  if (mariadb_stands_in_for_mysql()) SKIP("there is one database server only");
  const TwoServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  std::optional<GlobalVariable> read_only{std::in_place, servers.first(), "read_only", "ON"};
  NotifierProcess consume{{"consume"}, servers.settings()};
  await_readiness(consume, true);
  const std::string event = accepted_event_id(api.port(), event_body());
  CHECK(wait_until([&] { return servers.is_sent_on_second(event); }));

  read_only.reset();
  const GlobalVariable demoted{servers.second(), "read_only", "ON"};
  const std::string later = accepted_event_id(api.port(), event_body());
  CHECK(await_status(api.port(), later, "SENT").at("attemptCount").to_number<int>() == 1);
  CHECK_FALSE(servers.is_sent_on_second(later));
  await_readiness(consume, true);
}

TEST_CASE("Who only reads leaves a server that is read-only now for the one that takes writes") {
  if (mariadb_stands_in_for_mysql()) SKIP("there is one database server only");
  const TwoServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  NotifierProcess consume{{"consume"}, servers.settings()};
  await_status(api.port(), accepted_event_id(api.port(), event_body()), "SENT");
  const GlobalVariable demoted{servers.first(), "read_only", "ON"};
  const std::string event = accepted_event_id(api.port(), event_body());
  CHECK(await_status(api.port(), event, "SENT").at("attemptCount").to_number<int>() == 1);
  CHECK(servers.is_sent_on_second(event));
}

TEST_CASE("A server that is not read-only and takes no writes is left for one that does") {
  if (mariadb_stands_in_for_mysql()) SKIP("there is one database server only");
  const TwoServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  NotifierProcess consume{{"consume"}, servers.settings()};
  await_status(api.port(), accepted_event_id(api.port(), event_body()), "SENT");
  DatabaseSession session{mysql_port(), {}};
  session.query("FLUSH TABLES WITH READ LOCK");
  const std::string event = accepted_event_id(api.port(), event_body());
  CHECK(wait_until([&] { return servers.is_sent_on_second(event); }, std::chrono::minutes{1}));
  await_readiness(consume, true);
}

TEST_CASE("A database that holds commits back is no ready one, though a consumer has nothing to write") {
  const PlainNotifier notifier{Database::mariadb};
  NotifierProcess consume{{"consume"}, notifier.settings()};
  await_readiness(consume, true);
  {
    DatabaseSession session{mariadb_port(), {}};
    session.query("BACKUP STAGE START");
    session.query("BACKUP STAGE BLOCK_COMMIT");
    await_readiness(consume, false);
  }
  await_readiness(consume, true);
}
