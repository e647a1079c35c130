#include <catch2/catch_test_macros.hpp>
#include <exception>
#include <string>
#include <thread>

#include "fault/kit/server_control.hpp"
#include "fault/servers/running_notifier.hpp"
#include "support/database_session.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

/// Waits until `more` notifications were sent from now on.
bool await_sends(const RunningNotifier& notifier, std::size_t more) {
  const std::size_t enough = notifier.servers().sends().size() + more;
  return wait_until([&] { return notifier.servers().sends().size() >= enough; }, std::chrono::minutes{1});
}

/// Events go on to be accepted while the database is away, and not one is sent.
void check_that_only_the_api_works(RunningNotifier& notifier) {
  notifier.await_consumer_not_ready();
  const std::size_t sends = notifier.servers().sends().size();
  notifier.await_load();
  CHECK(notifier.servers().sends().size() == sends);
}

/// Locks rows of unfinished notifications in the order opposite to that of notifier, again and again.
class Intruder {
 public:
  explicit Intruder(const TemporaryDatabase& database)
      : thread_{[&database](const std::stop_token& stop) {
          DatabaseSession session{database.port(), database.name()};
          session.query("SET SESSION innodb_lock_wait_timeout = 1");
          while (!stop.stop_requested()) lock_and_release(session);
        }} {}

 private:
  static void lock_and_release(DatabaseSession& session) {
    try {
      session.query("START TRANSACTION");
      for (int i = 0; i < 20; ++i) {
        session.query(
            "UPDATE notifications SET last_error = last_error WHERE status IN ('QUEUED', 'FAILED_RETRYING') "
            "ORDER BY event_id DESC LIMIT " +
            std::to_string(10 * (i + 1)));
      }
      session.query("COMMIT");
    } catch (const std::exception&) {
      session.query("ROLLBACK");  // it was chosen as the victim
    }
  }

  std::jthread thread_;
};

std::size_t deadlocks(const TemporaryDatabase& database) {
  const auto rows = database.query("SELECT count FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'");
  return std::stoul(rows.at(0).at(0));
}

}  // namespace

TEST_CASE("#13 A database that is killed under load costs nothing that was accepted, and events go on to be accepted") {
  MysqlServer mysql;
  RunningNotifier notifier;
  for (int round = 0; round < 3; ++round) {
    REQUIRE(await_sends(notifier, 200));
    mysql.kill();
    check_that_only_the_api_works(notifier);
    mysql.start();
    notifier.await_ready();
  }
  notifier.check_account();
}

TEST_CASE("#13 A database that is stopped under load costs nothing that was accepted") {
  MysqlServer mysql;
  RunningNotifier notifier;
  REQUIRE(await_sends(notifier, 200));
  mysql.stop();
  check_that_only_the_api_works(notifier);
  mysql.start();
  notifier.await_ready();
  notifier.check_account();
}

TEST_CASE("#13 A database that hangs costs nothing that was accepted") {
  MysqlServer mysql;
  RunningNotifier notifier;
  REQUIRE(await_sends(notifier, 200));
  mysql.freeze();
  check_that_only_the_api_works(notifier);
  mysql.thaw();
  notifier.await_ready();
  notifier.check_account();
}

TEST_CASE("#15 A locked table holds up the consumer and nothing else") {
  RunningNotifier notifier;
  REQUIRE(await_sends(notifier, 200));
  {
    const TemporaryDatabase& database = notifier.servers().database();
    DatabaseSession session{database.port(), database.name()};
    session.query("LOCK TABLES notifications WRITE, notification_attempts WRITE");
    for (int i = 0; i < 6; ++i) notifier.await_load();
  }
  REQUIRE(await_sends(notifier, 200));
  notifier.check_account();
}

TEST_CASE("#16 Deadlocks are repeated, and no outcome is lost or recorded twice") {
  RunningNotifier notifier{{{"MOCK_LATENCY", "200ms"}}};
  REQUIRE(await_sends(notifier, 100));
  const TemporaryDatabase& database = notifier.servers().database();
  database.query("SET GLOBAL innodb_monitor_enable = 'lock_deadlocks'");
  const std::size_t before = deadlocks(database);
  {
    const Intruder first{database};
    const Intruder second{database};
    CHECK(wait_until([&] { return deadlocks(database) >= before + 10; }, std::chrono::minutes{1}));
  }
  notifier.check_account();
}

TEST_CASE("#5 #13 Broker and database are killed at once, and come back in either order") {
  RabbitmqServer rabbitmq;
  MysqlServer mysql;
  RunningNotifier notifier;
  for (const bool broker_first : {true, false}) {
    REQUIRE(await_sends(notifier, 200));
    rabbitmq.settle_new_queues();
    rabbitmq.kill();
    mysql.kill();
    notifier.await_not_ready();
    if (broker_first) {
      rabbitmq.start();
      mysql.start();
    } else {
      mysql.start();
      rabbitmq.start();
    }
    notifier.await_ready();
  }
  notifier.check_account();
}

TEST_CASE("A consumer and an API that start before their servers wait for them") {
  RabbitmqServer rabbitmq;
  MysqlServer mysql;
  const RealServers servers;
  rabbitmq.stop();
  mysql.stop();
  NotifierProcess api{{"api"}, servers.settings()};
  NotifierProcess consume{{"consume"}, servers.settings()};
  ReadinessWatch api_watch{api.port()};
  ReadinessWatch consume_watch{consume.port()};
  api_watch.await_not_ready();
  consume_watch.await_not_ready();
  CHECK(ingest(api.port(), event_body()).status == 503);
  rabbitmq.start();
  api_watch.await_ready();
  const std::string id = accepted_event_id(api.port(), event_body());
  consume_watch.await_not_ready();
  mysql.start();
  consume_watch.await_ready();
  await_status(api.port(), id, "SENT");
  CHECK(api_watch.failed_liveness_checks() == 0);
  CHECK(consume_watch.failed_liveness_checks() == 0);
}
