#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "support/free_port.hpp"
#include "support/notifier_process.hpp"
#include "support/rabbitmq_management.hpp"
#include "support/system_under_test.hpp"
#include "support/tcp_proxy.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

// Consumers that compete for one event, and copies of one event that compete for a send.

namespace {

/// The event as the API would publish it under that id.
std::string message_body(const std::string& id, const std::string& email = "user@example.com") {
  std::string body = event_body(email);
  return body.insert(1, R"("id":")" + id + R"(",)");
}

bool is_ready(NotifierProcess& consumer) { return http_request(consumer.port(), "GET", "/health/ready").status == 200; }

std::string column(const RealServers& servers, const std::string& name, const std::string& event_id) {
  const auto rows = servers.database().query("SELECT " + name + " FROM notifications WHERE event_id = '" + event_id + "'");
  return rows.empty() ? "" : rows.at(0).at(0);
}

}  // namespace

TEST_CASE("#19 Copies of one event at ten consumers lead to one send") {
  const RealServers servers;
  std::vector<std::unique_ptr<NotifierProcess>> consumers;
  for (int i = 0; i < 10; ++i) {
    consumers.push_back(std::make_unique<NotifierProcess>(std::vector<std::string>{"consume"},
                                                          servers.settings({{"MOCK_LATENCY", "100ms"}, {"PREFETCH", "5"}})));
  }
  for (const auto& consumer : consumers) REQUIRE(wait_until([&] { return is_ready(*consumer); }));
  const RabbitmqManagement management{servers.vhost()};
  Ledger ledger;
  for (int event = 0; event < 3; ++event) {
    const std::string id = "copied-" + std::to_string(event);
    ledger.accepted.insert(id);
    for (int copy = 0; copy < 50; ++copy) management.publish("notification_events", message_body(id));
  }
  const Account account = account_for(ledger, [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
  CHECK(servers.sends().size() == 3);
}

TEST_CASE("#21 A consumer that was frozen beyond its claim cannot change what another has recorded meanwhile") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  const std::string id = accepted_event_id(api.port(), event_body("fail@example.com"));
  NotifierProcess frozen{{"consume"},
                         servers.settings({{"MOCK_LATENCY", "400ms"}, {"SEND_DEADLINE", "500ms"}, {"PREFETCH", "1"}})};
  const auto holds_claim = [&] {
    try {
      const std::string until = column(servers, "claimed_until", id);
      return !until.empty() && until != "NULL";
    } catch (const std::exception&) {
      return false;  // there is no table yet
    }
  };
  // Before it was frozen it may have recorded the attempt; the next one does as well.
  REQUIRE(wait_until([&] {
    if (!holds_claim()) return false;
    frozen.freeze();
    const bool frozen_in_attempt = holds_claim();
    if (!frozen_in_attempt) frozen.signal(SIGCONT);
    return frozen_in_attempt;
  }));
  // The broker would hand out the delivery again only when it misses the heartbeats; a copy, which the frozen one has no
  // room for, comes sooner.
  const RabbitmqManagement management{servers.vhost()};
  management.publish("notification_events", message_body(id, "fail@example.com"));
  const NotifierProcess other{{"consume"}, servers.settings()};
  await_status(api.port(), id, "FAILED_DLQ", std::chrono::minutes{1});
  const std::string recorded = column(servers, "updated_at", id);
  frozen.signal(SIGCONT);
  // It may have been frozen before it heard that the claim was its own.
  REQUIRE(wait_until([&] {
    return frozen.output().contains("claim was overtaken") || frozen.output().contains("held up after the claim");
  }));
  const Account account = account_for({.accepted = {id}}, [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent <= 1);
  CHECK(column(servers, "status", id) == "FAILED_DLQ");
  CHECK(column(servers, "attempt_count", id) == "4");
  CHECK(column(servers, "updated_at", id) == recorded);
}

TEST_CASE("#21 A consumer that was frozen between its claim and its send asks again, and sends nothing that was sent") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  TcpProxy to_mysql{mysql_port()};
  NotifierProcess frozen{
      {"consume"},
      servers.settings({{"MYSQL_PORT", std::to_string(to_mysql.port())}, {"SEND_DEADLINE", "500ms"}, {"PREFETCH", "1"}})};
  // Connections that were made before need not be made over the slow link.
  Ledger ledger;
  for (int i = 0; i < 20; ++i) ledger.accepted.insert(accepted_event_id(api.port(), event_body()));
  REQUIRE(wait_until([&] { return servers.sends().size() == ledger.accepted.size(); }));
  // The claim is made, and the consumer frozen before it hears of it. The answer waits for it from then on.
  to_mysql.stall_after("INSERT INTO notifications ");
  const std::string id = accepted_event_id(api.port(), event_body());
  ledger.accepted.insert(id);
  REQUIRE(wait_until([&] { return !column(servers, "claim_token", id).empty(); }));
  frozen.freeze();
  to_mysql.restore();
  const RabbitmqManagement management{servers.vhost()};
  management.publish("notification_events", message_body(id));
  const NotifierProcess other{{"consume"}, servers.settings()};
  await_status(api.port(), id, "SENT", std::chrono::minutes{1});
  frozen.signal(SIGCONT);
  REQUIRE(wait_until([&] { return frozen.output().contains("held up after the claim"); }));
  const Account account = account_for(ledger, [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
  CHECK(servers.sends().size() == ledger.accepted.size());
}

TEST_CASE("A request that is repeated across a restart of the API leads to one event and one send") {
  const RealServers servers;
  const std::uint16_t port = free_port();
  const Environment settings = servers.settings({{"API_PORT", std::to_string(port)}});
  const NotifierProcess consume{{"consume"}, servers.settings()};
  std::set<std::string> ids;
  for (int start = 0; start < 3; ++start) {
    NotifierProcess api{{"api"}, settings};
    (void)api.port();
    for (int repetition = 0; repetition < 3; ++repetition)
      ids.insert(accepted_event_id(port, event_body(), {{"Idempotency-Key", "order 4711"}}));
    api.signal(SIGKILL);
    REQUIRE(api.wait_for_exit());
  }
  CHECK(ids.size() == 1);
  const Account account = account_for({.accepted = ids}, [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
  CHECK(servers.sends().size() == 1);
}

TEST_CASE("Another event under an Idempotency-Key that was used is dead-lettered, and the first one is untouched") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  const NotifierProcess consume{{"consume"}, servers.settings()};
  const std::map<std::string, std::string> key{{"Idempotency-Key", "order 4711"}};
  const std::string id = accepted_event_id(api.port(), event_body("first@example.com"), key);
  await_status(api.port(), id, "SENT");
  CHECK(accepted_event_id(api.port(), event_body("second@example.com"), key) == id);
  const RabbitmqManagement management{servers.vhost()};
  std::vector<boost::json::object> dead;
  REQUIRE(wait_until([&] {
    dead = management.peek("notification_dead_letter_queue", 10);
    return !dead.empty();
  }));
  CHECK(dead.at(0).at("properties").at("headers").at("x-dead-letter-reason").as_string() == "payload_mismatch");
  CHECK(servers.sends().size() == 1);
  CHECK(notification(api.port(), id).at("payload").at("email").as_string() == "first@example.com");
}

TEST_CASE("What a purge takes out of the queues comes back from the database") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  Ledger ledger;
  // Every recipient fails, so that most of them wait in a delay queue or the main queue when it is purged.
  const Environment settings = servers.settings(
      {{"SEND_DEADLINE", "100ms"}, {"RETRY_DELAYS", "1s"}, {"MOCK_LATENCY", "50ms"}, {"SEND_CONCURRENCY", "20"}});
  NotifierProcess consume{{"consume"}, settings};
  REQUIRE(becomes_ready(consume));
  for (int i = 0; i < 60; ++i) ledger.accepted.insert(accepted_event_id(api.port(), event_body("fail@example.com")));
  REQUIRE(wait_until([&] {
    return servers.database().query("SELECT count(*) FROM notifications WHERE status = 'FAILED_RETRYING'").at(0).at(0) ==
           "60";
  }));
  for (const char* queue : {"notification_events", "delay_queue_1s"})
    call_rabbitmq_management("DELETE", "/api/queues/" + servers.vhost() + "/" + queue + "/contents");
  const Account account = account_for(ledger, [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
}

TEST_CASE("A purge of the main queue takes events that no consumer has seen, and nothing else") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  Load load{api.port()};
  REQUIRE(load.await_accepted(300));
  const NotifierProcess consume{
      {"consume"}, servers.settings({{"PREFETCH", "20"}, {"SEND_CONCURRENCY", "20"}, {"MOCK_LATENCY", "200ms"}})};
  REQUIRE(wait_until([&] { return servers.sends().size() > 50; }));
  call_rabbitmq_management("DELETE", "/api/queues/" + servers.vhost() + "/notification_events/contents");
  const Ledger ledger = load.stop();
  (void)account_for({}, [&] { return holdings_of(servers); });
  const Holdings holdings = holdings_of(servers);
  Ledger seen;
  for (const std::string& id : ledger.accepted)
    if (holdings.statuses.contains(id)) seen.accepted.insert(id);
  // The last that the purge left may get their rows only now.
  seen.indeterminate = ledger.indeterminate + ledger.accepted.size() - seen.accepted.size();
  const Account account = account_for(seen, [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
  CHECK(seen.accepted.size() < ledger.accepted.size());
}
