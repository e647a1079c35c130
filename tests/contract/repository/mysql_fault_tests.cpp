#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "contract/repository/opened_repository.hpp"
#include "support/tcp_proxy.hpp"
#include "support/wait_until.hpp"

// The network and the server fail at the worst moments, through a proxy that breaks the connections.

namespace notifier::testing {

using Catch::Matchers::ContainsSubstring;

namespace {

/// A server whose repository reaches it through a proxy.
template <typename Server>
struct ProxiedFixture {
  Server server;
  TcpProxy proxy{server.settings().port};

  [[nodiscard]] std::unique_ptr<NotificationRepository> open() const {
    MysqlSettings settings = server.settings();
    settings.port = proxy.port();
    settings.connections = 2;
    return mysql::open_storage(settings)->repository();
  }
};

template <typename Server>
using Proxied = Opened<ProxiedFixture<Server>>;

void require_unavailable(const auto& answer) {
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == RepositoryError::Kind::unavailable);
}

}  // namespace

TEMPLATE_TEST_CASE("Connections that broke while idle are replaced without an error", "[mysql]", MysqlFixture,
                   MariadbFixture) {
  Proxied<TestType> opened;
  REQUIRE(opened.repository->ping().has_value());
  REQUIRE(opened.verdict(request_for("e1")) == ClaimVerdict::ours);
  opened.storage.proxy.cut();
  CHECK(opened.verdict(request_for("e2")) == ClaimVerdict::ours);
  CHECK(opened.repository->ping().has_value());
}

TEMPLATE_TEST_CASE("A server that is gone is unavailable until it is back", "[mysql]", MysqlFixture, MariadbFixture) {
  Proxied<TestType> opened;
  REQUIRE(opened.verdict(request_for("e1")) == ClaimVerdict::ours);
  opened.storage.proxy.go_down();
  const ClaimRequest request = request_for("e2");
  require_unavailable(opened.repository->claim({&request, 1}, terms(long_claim)));
  require_unavailable(opened.repository->find("e1"));
  require_unavailable(opened.repository->take_stuck(std::chrono::hours{1}, 10));
  require_unavailable(opened.repository->ping());

  opened.storage.proxy.restore();
  CHECK(opened.repository->ping().has_value());
  CHECK(opened.verdict(request) == ClaimVerdict::ours);
}

TEMPLATE_TEST_CASE("A server that stops answering is unavailable until it answers again", "[mysql]", MysqlFixture,
                   MariadbFixture) {
  Proxied<TestType> opened;
  REQUIRE(opened.verdict(request_for("e1")) == ClaimVerdict::ours);
  opened.storage.proxy.fall_silent();
  require_unavailable(opened.repository->ping());
  require_unavailable(opened.repository->find("e1"));

  opened.storage.proxy.restore();
  CHECK(opened.repository->ping().has_value());
  CHECK(opened.find("e1").status == NotificationStatus::queued);
}

TEMPLATE_TEST_CASE("A claim whose answer is lost is ours all the same", "[mysql]", MysqlFixture, MariadbFixture) {
  Proxied<TestType> opened;
  opened.attempt(request_for("dead"), NotificationStatus::failed_dlq, "refused");
  const std::size_t connections_before = opened.storage.proxy.connections();
  opened.storage.proxy.cut_answer_to("INSERT INTO notifications ");
  const Claims claims = opened.claim({request_for("new"), request_for("ahead", 2)});
  CHECK(opened.storage.proxy.connections() > connections_before);
  CHECK(claims.answers[0].verdict == ClaimVerdict::ours);
  CHECK(claims.answers[1].verdict == ClaimVerdict::ours);
  CHECK(claims.answers[1].attempt_count == 2);

  opened.storage.proxy.cut_answer_to("INSERT INTO notifications ");
  ClaimToken token;
  const ClaimAnswer replay = opened.claim_one(request_for("dead", 1, true), token);
  CHECK(replay.verdict == ClaimVerdict::ours);
  CHECK(replay.retries_from == 1);
  CHECK(opened.record("dead", token, NotificationStatus::sent) == RecordVerdict::recorded);
  CHECK(opened.find("dead").attempt_count == 2);
}

TEMPLATE_TEST_CASE("A connection lost at any step of a record counts the attempt once", "[mysql]", MysqlFixture,
                   MariadbFixture) {
  const bool is_answer = GENERATE(true, false);
  const std::string step =
      GENERATE("START TRANSACTION", "UPDATE notifications", "INSERT IGNORE INTO notification_attempts", "COMMIT");
  Proxied<TestType> opened;
  ClaimToken token;
  REQUIRE(opened.claim_one(request_for("e1"), token).verdict == ClaimVerdict::ours);
  const std::size_t connections_before = opened.storage.proxy.connections();
  if (is_answer) {
    opened.storage.proxy.cut_answer_to(step);
  } else {
    opened.storage.proxy.cut_before(step);
  }
  INFO((is_answer ? "the answer is lost to " : "lost before ") << step);
  CHECK(opened.record("e1", token, NotificationStatus::failed_retrying, "refused") == RecordVerdict::recorded);
  CHECK(opened.storage.proxy.connections() > connections_before);
  const NotificationRecord row = opened.find("e1");
  CHECK(row.status == NotificationStatus::failed_retrying);
  CHECK(row.attempt_count == 1);
  REQUIRE(row.attempts.size() == 1);
  CHECK(row.attempts[0].error == "refused");
}

TEMPLATE_TEST_CASE("A send whose record is cut off is counted once", "[mysql]", MysqlFixture, MariadbFixture) {
  Proxied<TestType> opened;
  ClaimToken token;
  REQUIRE(opened.claim_one(request_for("e1"), token).verdict == ClaimVerdict::ours);
  opened.storage.proxy.cut_answer_to("UPDATE notifications");
  CHECK(opened.record("e1", token, NotificationStatus::sent) == RecordVerdict::recorded);
  CHECK(opened.find("e1").attempt_count == 1);
}

TEMPLATE_TEST_CASE("A migration that was cut off is done by the next one", "[mysql]", MysqlFixture, MariadbFixture) {
  ProxiedFixture<TestType> storage;
  const std::string step = GENERATE(
      "CREATE TABLE IF NOT EXISTS notification_attempts", "INSERT IGNORE INTO schema_migrations", "ADD COLUMN failed_status",
      "ADD KEY", "DROP KEY", "ADD COLUMN recipient", "CREATE TABLE IF NOT EXISTS replays", "MODIFY COLUMN payload",
      "ADD COLUMN recipient_in_lower_case", "DROP KEY recipient_created_at");
  const bool is_done = GENERATE(false, true);
  is_done ? storage.proxy.cut_answer_to(step) : storage.proxy.cut_before(step);
  require_unavailable(storage.open()->migrate());
  const auto migrated = storage.open()->migrate();
  REQUIRE(migrated.has_value());
  CHECK(migrated->back() == "0008_recipient_in_any_case");
  CHECK(storage.open()->take_stuck(std::chrono::hours{1}, 10).has_value());
}

TEMPLATE_TEST_CASE("A user without rights is refused and told what to grant", "[mysql]", MysqlFixture, MariadbFixture) {
  const TestType storage;
  REQUIRE(storage.open()->migrate().has_value());
  const std::string user = unique_name("u").substr(0, 16);
  storage.database().query("CREATE USER '" + user + "'@'%' IDENTIFIED BY 'notifier-test'");
  storage.database().query("GRANT SELECT ON " + storage.database().name() + ".* TO '" + user + "'@'%'");
  MysqlSettings settings = storage.settings();
  settings.user = user;
  const auto repository = mysql::open_storage(settings)->repository();
  CHECK(repository->ping().has_value());
  const ClaimRequest request = request_for("e1");
  const auto claims = repository->claim({&request, 1}, terms(long_claim));
  storage.database().query("DROP USER '" + user + "'@'%'");
  REQUIRE_FALSE(claims.has_value());
  CHECK(claims.error().kind == RepositoryError::Kind::refused);
  CHECK_THAT(claims.error().detail, ContainsSubstring("GRANT") && !ContainsSubstring("notifier-test"));
}

// As a primary is for a moment that was frozen while another one was elected: it answers, and cannot commit.
TEMPLATE_TEST_CASE("A server that cannot commit is not believed that a claim is gone", "[mysql]", MysqlFixture,
                   MariadbFixture) {
  const TestType storage;
  REQUIRE(storage.open()->migrate().has_value());
  const std::string user = unique_name("u").substr(0, 16);
  storage.database().query("CREATE USER '" + user + "'@'%' IDENTIFIED BY 'notifier-test'");
  storage.database().query("GRANT SELECT, UPDATE ON " + storage.database().name() + ".* TO '" + user + "'@'%'");
  MysqlSettings settings = storage.settings();
  settings.user = user;
  const auto repository = mysql::open_storage(settings)->repository();
  const Outcome outcome{.event_id = "e1", .token = new_claim_token(), .status = NotificationStatus::sent};
  const auto recorded = repository->record_outcomes({&outcome, 1});
  storage.database().query("DROP USER '" + user + "'@'%'");
  CHECK_FALSE(recorded.has_value());
}

}  // namespace notifier::testing
