#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <thread>
#include <utility>

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

/// Waits until nothing has been sent for a while, longer than a busy machine may leave the consumer out: what was claimed
/// before the database went away is still sent. How much was sent by then.
std::size_t await_end_of_sends(const RunningNotifier& notifier) {
  std::optional<std::size_t> before;
  const auto no_more = [&] {
    const std::size_t sends = notifier.servers().sends().size();
    return std::exchange(before, sends) == sends;
  };
  REQUIRE(wait_until(no_more, std::chrono::minutes{2}, std::chrono::seconds{4}));
  return before.value();
}

/// Events go on to be accepted while the database is away, and not one is sent.
void check_that_only_the_api_works(RunningNotifier& notifier) {
  notifier.await_consumer_not_ready();
  const std::size_t sends = await_end_of_sends(notifier);
  notifier.await_load();
  CHECK(notifier.servers().sends().size() == sends);
}

/// Lets the load go on for so long.
void go_on(RunningNotifier& notifier, std::chrono::seconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end) notifier.await_load();
}

/// Nothing was lost, and nothing was refused either: the API does not need the database.
void check_account_of_database_fault(RunningNotifier& notifier) {
  const Ledger ledger = notifier.check_account();
  CHECK(ledger.answers.size() == 1);  // 202
  CHECK(ledger.unanswered == 0);
}

void kill_under_load(ServerControl& server, RunningNotifier& notifier, std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round) {
    REQUIRE(await_sends(notifier, 200));
    server.kill();
    check_that_only_the_api_works(notifier);
    server.start();
    notifier.await_ready();
  }
  check_account_of_database_fault(notifier);
  // Readiness knows earlier.
  CHECK(wait_until([&] { return lines_with("database available", notifier.log_of_consumer()) > rounds; }));
  CHECK(lines_with("database unavailable", notifier.log_of_consumer()) <= 2 * rounds);
}

constexpr unsigned lock_wait_timeout = 1205;
constexpr unsigned deadlock = 1213;

/// Locks rows of unfinished notifications in the order opposite to that of notifier, again and again.
class Intruder {
 public:
  /// Counts in `deadlocks` those of which it is the victim itself.
  Intruder(const TemporaryDatabase& database, std::atomic<std::size_t>& deadlocks)
      : thread_{[&](const std::stop_token& stop) {
          DatabaseSession session{database.port(), database.name()};
          session.query("SET SESSION innodb_lock_wait_timeout = 1");
          while (!stop.stop_requested()) lock_and_release(session, deadlocks);
        }} {}

 private:
  static void lock_and_release(DatabaseSession& session, std::atomic<std::size_t>& deadlocks) {
    try {
      session.query("START TRANSACTION");
      for (int i = 0; i < 20; ++i) {
        session.query(
            "UPDATE notifications SET last_error = last_error WHERE status IN ('QUEUED', 'FAILED_RETRYING') "
            "ORDER BY event_id DESC LIMIT " +
            std::to_string(10 * (i + 1)));
      }
      session.query("COMMIT");
    } catch (const DatabaseError& error) {
      if (error.number() == deadlock) ++deadlocks;  // or it has waited for too long
      session.query("ROLLBACK");
    }
  }

  std::jthread thread_;
};

/// Locks the rows, and the gaps between them, until the session ends. Against a consumer at work it may be the victim of a
/// deadlock, which undoes its transaction.
bool lock_all_rows(DatabaseSession& session) {
  return wait_until([&] {
    try {
      session.query("START TRANSACTION");
      session.query("SELECT event_id FROM notifications FOR UPDATE");
      return true;
    } catch (const std::exception&) {
      return false;
    }
  });
}

/// How often the server has answered with that error.
std::size_t errors_raised(const TemporaryDatabase& database, unsigned number) {
  const auto rows = database.query(
      "SELECT SUM_ERROR_RAISED FROM performance_schema.events_errors_summary_global_by_error WHERE ERROR_NUMBER = " +
      std::to_string(number));
  return std::stoul(rows.at(0).at(0));
}

}  // namespace

TEST_CASE("#13 A database that is killed under load costs nothing that was accepted, and events go on to be accepted") {
  MysqlServer mysql;
  RunningNotifier notifier;
  kill_under_load(mysql, notifier, 5);
}

TEST_CASE("#13 A MariaDB that is killed under load costs nothing that was accepted either") {
  MariadbServer mariadb;
  RunningNotifier notifier{{}, RunningNotifier::Database::mariadb};
  kill_under_load(mariadb, notifier, 2);
}

TEST_CASE("#13 A database that is stopped under load costs nothing that was accepted") {
  MysqlServer mysql;
  RunningNotifier notifier;
  REQUIRE(await_sends(notifier, 200));
  mysql.stop();
  check_that_only_the_api_works(notifier);
  mysql.start();
  notifier.await_ready();
  check_account_of_database_fault(notifier);
}

TEST_CASE("#13 A database that hangs for longer than any call waits costs nothing that was accepted") {
  MysqlServer mysql;
  RunningNotifier notifier;
  REQUIRE(await_sends(notifier, 200));
  mysql.freeze();
  check_that_only_the_api_works(notifier);
  go_on(notifier, std::chrono::seconds{20});
  mysql.thaw();
  notifier.await_ready();
  check_account_of_database_fault(notifier);
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
  check_account_of_database_fault(notifier);
}

TEST_CASE("#15 Rows that stay locked beyond the wait for a lock hold up the consumer and nothing else") {
  RunningNotifier notifier;
  REQUIRE(await_sends(notifier, 200));
  const TemporaryDatabase& database = notifier.servers().database();
  const std::size_t before = errors_raised(database, lock_wait_timeout);
  {
    DatabaseSession session{database.port(), database.name()};
    REQUIRE(lock_all_rows(session));
    CHECK(wait_until(
        [&] {
          notifier.await_load();
          return errors_raised(database, lock_wait_timeout) >= before + 8;
        },
        std::chrono::minutes{1}));
  }
  REQUIRE(await_sends(notifier, 200));
  check_account_of_database_fault(notifier);
}

TEST_CASE("#16 Deadlocks are repeated, and no outcome is lost or recorded twice") {
  RunningNotifier notifier{{{"MOCK_LATENCY", "200ms"}}};
  REQUIRE(await_sends(notifier, 100));
  const TemporaryDatabase& database = notifier.servers().database();
  const std::size_t before = errors_raised(database, deadlock);
  std::atomic<std::size_t> deadlocks_of_intruders = 0;
  const auto deadlocks_of_notifier = [&] {
    const std::size_t others = before + deadlocks_of_intruders;  // first, lest it be more than all that there are
    return errors_raised(database, deadlock) - others;
  };
  {
    const Intruder first{database, deadlocks_of_intruders};
    const Intruder second{database, deadlocks_of_intruders};
    // There are few of them where a commit takes long.
    CHECK(wait_until([&] { return deadlocks_of_notifier() >= 10; }, std::chrono::minutes{4}));
  }
  check_account_of_database_fault(notifier);
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

TEST_CASE("A consumer and an API that start before their servers wait for them, and say so once") {
  RabbitmqServer rabbitmq;
  MysqlServer mysql;
  const RealServers servers;
  const bool broker_first = GENERATE(true, false);
  rabbitmq.stop();
  mysql.stop();
  NotifierProcess api{{"api"}, servers.settings()};
  NotifierProcess consume{{"consume"}, servers.settings()};
  ReadinessWatch api_watch{api.port()};
  ReadinessWatch consume_watch{consume.port()};
  api_watch.await_not_ready();
  consume_watch.await_not_ready();
  CHECK(ingest(api.port(), event_body()).status == 503);
  if (broker_first) {
    rabbitmq.start();
    api_watch.await_ready();
    const std::string id = accepted_event_id(api.port(), event_body());
    consume_watch.await_not_ready();
    mysql.start();
    consume_watch.await_ready();
    await_status(api.port(), id, "SENT");
  } else {
    mysql.start();
    REQUIRE(wait_until([&] { return consume.output().contains("database available"); }));
    consume_watch.await_not_ready();
    api_watch.await_not_ready();
    rabbitmq.start();
    consume_watch.await_ready();
    api_watch.await_ready();
    await_status(api.port(), accepted_event_id(api.port(), event_body()), "SENT");
  }
  // Readiness knows earlier.
  CHECK(wait_until([&] { return consume.output().contains("database available"); }));
  CHECK(lines_with("unavailable", consume.output()) == 1);
  CHECK(lines_with("database", consume.output()) == 2);
  // One for each of its connections; it consumes when the database is there.
  CHECK(lines_with("RabbitMQ cannot be used", consume.output()) == (broker_first ? 1 : 2));
  CHECK(lines_with("RabbitMQ cannot be used", api.output()) == 1);
  CHECK(api_watch.failed_liveness_checks() == 0);
  CHECK(consume_watch.failed_liveness_checks() == 0);
}
