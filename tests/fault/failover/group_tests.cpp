#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <string>

#include "fault/failover/failing_over_notifier.hpp"
#include "fault/failover/mysql_group.hpp"
#include "fault/kit/readiness_watch.hpp"
#include "support/database_session.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

constexpr const char* no_group = "there is no MySQL with Group Replication";

}  // namespace

TEST_CASE("The primary of a group is killed under load, and nothing that was accepted is lost or sent twice") {
  if (!MysqlGroup::can_be_had()) SKIP(no_group);
  MysqlGroup group;
  FailingOverNotifier notifier{group};
  group.server(0).kill();
  notifier.await_outage();
  const std::size_t elected = group.await_another_primary(1, 0);
  notifier.await_recovery();
  group.server(0).start();
  group.await_whole();

  group.switch_to(0);
  REQUIRE(group.await_another_primary(0, elected) == 0);
  notifier.await_recovery();
  notifier.check_account();
}

TEST_CASE("A primary that was frozen until another one was elected comes back, and nothing is lost or sent twice") {
  if (!MysqlGroup::can_be_had()) SKIP(no_group);
  MysqlGroup group;
  FailingOverNotifier notifier{group};
  group.server(0).freeze();
  notifier.await_outage();
  group.await_another_primary(1, 0);
  notifier.await_recovery();
  group.server(0).thaw();
  group.await_whole();
  notifier.await_recovery();
  notifier.check_account();
}

TEST_CASE("A group that has lost its majority is an outage until it has it again, and events are accepted meanwhile") {
  if (!MysqlGroup::can_be_had()) SKIP(no_group);
  MysqlGroup group;
  FailingOverNotifier notifier{group};
  group.server(1).freeze();
  group.server(2).freeze();
  notifier.await_outage();
  CHECK(wait_until([&] { return lines_with("database unavailable", notifier.log_of_consumer()) > 0; }));
  group.server(1).thaw();
  group.server(2).thaw();
  notifier.await_recovery();
  group.await_whole();
  notifier.check_account();
}

TEST_CASE("A group without a majority is an outage to a consumer that has nothing to do, too") {
  if (!MysqlGroup::can_be_had()) SKIP(no_group);
  MysqlGroup group;
  const RealServers servers{group.port(0)};
  NotifierProcess consume{{"consume"}, servers.settings({{"MYSQL_HOST", group.hosts()}})};
  ReadinessWatch watch{consume.port()};
  watch.await_ready();
  group.server(1).freeze();
  group.server(2).freeze();
  watch.await_not_ready();
  CHECK(wait_until([&] { return lines_with("database unavailable", consume.output()) == 1; }));
  group.server(1).thaw();
  group.server(2).thaw();
  watch.await_ready();
}

TEST_CASE("Who only reads leaves a server that is the primary no more") {
  if (!MysqlGroup::can_be_had()) SKIP(no_group);
  MysqlGroup group;
  const RealServers servers{group.port(0)};
  NotifierProcess api{{"api"}, servers.settings({{"MYSQL_HOST", group.hosts()}})};
  NotifierProcess consume{{"consume"}, servers.settings({{"MYSQL_HOST", group.hosts()}})};
  await_status(api.port(), accepted_event_id(api.port(), event_body()), "SENT");
  group.switch_to(1);
  // It answers, and hears nothing of what becomes of others any more.
  group.query(0, "STOP GROUP_REPLICATION");
  const std::string event = accepted_event_id(api.port(), event_body());
  CHECK(await_status(api.port(), event, "SENT").at("attemptCount").to_number<int>() == 1);
}

TEST_CASE("A record that the group undoes at its commit is repeated, and nothing is sent again") {
  if (!MysqlGroup::can_be_had()) SKIP(no_group);
  MysqlGroup group;
  group.query(0, "SELECT group_replication_switch_to_multi_primary_mode()");
  const RealServers servers{group.port(0)};
  const Environment settings = servers.settings({{"MYSQL_HOST", group.host(0)}, {"MOCK_LATENCY", "5s"}});
  NotifierProcess api{{"api"}, settings};
  NotifierProcess consume{{"consume"}, settings};
  const std::string event = accepted_event_id(api.port(), event_body());
  const std::string row = servers.database().name() + ".notifications WHERE event_id = '" + event + "'";
  const std::string bystander = servers.database().name() + ".bystander";
  group.query(0, "CREATE TABLE " + bystander + " (id INT PRIMARY KEY)");
  const auto is_on_second = [&] {
    try {
      return !group.query(1, "SELECT 1 FROM " + row).empty();
    } catch (const std::exception&) {
      return false;  // not even the table has come
    }
  };
  REQUIRE(wait_until(is_on_second, std::chrono::minutes{1}));

  // A change of the same row that the group has taken comes to the first server, but has to wait for a table there.
  DatabaseSession first{group.port(0), servers.database().name()};
  first.query("LOCK TABLES bystander WRITE");
  DatabaseSession second{group.port(1), servers.database().name()};
  second.query("START TRANSACTION");
  second.query("INSERT INTO bystander VALUES (1)");
  second.query("UPDATE notifications SET updated_at = updated_at + INTERVAL 1 SECOND WHERE event_id = '" + event + "'");
  second.query("COMMIT");
  const std::string conflicts =
      "SELECT 1 FROM performance_schema.replication_group_member_stats WHERE member_id = @@server_uuid AND "
      "count_conflicts_detected > 0";
  CHECK(wait_until([&] { return !group.query(0, conflicts).empty(); }, std::chrono::minutes{1}));
  first.query("UNLOCK TABLES");

  CHECK(await_status(api.port(), event, "SENT", std::chrono::minutes{1}).at("attemptCount").to_number<int>() == 1);
  CHECK(servers.sends().size() == 1);
}
