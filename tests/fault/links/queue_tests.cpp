#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <string>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "fault/links/linked_notifier.hpp"
#include "support/notifier_process.hpp"
#include "support/rabbitmq_management.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

// Queues that are changed behind notifier's back.

namespace {

constexpr std::size_t events_in_queue = 100;

void delete_queue(const RealServers& servers, const std::string& queue) {
  call_rabbitmq_management("DELETE", "/api/queues/" + servers.vhost() + "/" + queue);
}

std::string bindings_of_first_delay_queue(const RealServers& servers) {
  return "/api/bindings/" + servers.vhost() + "/e/retry_exchange/q/delay_queue_100ms";
}

bool is_first_delay_queue_bound(const RealServers& servers) {
  try {
    return call_rabbitmq_management("GET", bindings_of_first_delay_queue(servers)) != "[]";
  } catch (const std::exception&) {
    return false;  // there is no exchange
  }
}

void unbind_first_delay_queue(const RealServers& servers) {
  call_rabbitmq_management("DELETE", bindings_of_first_delay_queue(servers) + "/retry.100");
}

void delete_retry_exchange(const RealServers& servers) {
  call_rabbitmq_management("DELETE", "/api/exchanges/" + servers.vhost() + "/retry_exchange");
}

/// A policy on the queues of which the pattern is the name.
void limit_queues(const RealServers& servers, const std::string& pattern, const boost::json::object& definition) {
  const boost::json::object policy{{"pattern", pattern}, {"apply-to", "queues"}, {"definition", definition}};
  call_rabbitmq_management("PUT", "/api/policies/" + servers.vhost() + "/limit", boost::json::serialize(policy));
}

/// No more than `messages` in `queue`; the broker refuses others.
void limit_queue(const RealServers& servers, const std::string& queue, std::size_t messages) {
  limit_queues(servers, "^" + queue + "$", {{"max-length", messages}, {"overflow", "reject-publish"}});
}

void lift_limit(const RealServers& servers) {
  call_rabbitmq_management("DELETE", "/api/policies/" + servers.vhost() + "/limit");
}

/// Posts until some events were refused.
bool fill_until_refused(std::uint16_t api_port, Ledger& ledger) {
  std::size_t refused = 0;
  return wait_until([&] {
    const HttpAnswer answer = ingest(api_port, event_body());
    if (answer.status == 202) {
      ledger.accepted.emplace(boost::json::parse(answer.body).at("eventId").as_string());
    } else {
      ++refused;
    }
    return refused == 5;
  });
}

bool is_ready(NotifierProcess& process) { return http_request(process.port(), "GET", "/health/ready").status == 200; }

void check(const Ledger& ledger, const RealServers& servers) {
  const Account account = account_for(ledger, [&] { return holdings_of(servers); });
  report(account);
  CHECK(account.balances());
  CHECK(account.resent == 0);
}

}  // namespace

TEST_CASE("#4 Without a main queue events are refused, and it comes back by itself") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  Ledger ledger{.accepted = {accepted_event_id(api.port(), event_body())}};
  NotifierProcess consume{{"consume"}, servers.settings()};
  await_status(api.port(), *ledger.accepted.begin(), "SENT");
  delete_queue(servers, "notification_events");
  CHECK(ingest(api.port(), event_body()).status == 503);
  CHECK(wait_until([&] { return api.output().contains("A queue is missing"); }));
  ledger.accepted.insert(accepted_event_id(api.port(), event_body()));
  check(ledger, servers);
  CHECK(consume.is_running());
}

TEST_CASE("#4 What leads to a delay queue is put back when it is taken away, and no retry is lost") {
  const auto take_away = GENERATE(unbind_first_delay_queue, delete_retry_exchange);
  LinkedNotifier notifier;
  Load load{notifier.api_port(), {.events_per_second = 100, .failing_of_hundred = 100}};
  for (int round = 0; round < 3; ++round) {
    REQUIRE(load.await_accepted(events_in_queue));
    take_away(notifier.servers());
    REQUIRE(wait_until([&] { return is_first_delay_queue_bound(notifier.servers()); }));
  }
  REQUIRE(load.await_accepted(events_in_queue));
  notifier.check_account(load.stop());
}

TEST_CASE(
    "#4 Delay queues and the dead letter queue come back when they are deleted, and so do the retries that they held") {
  LinkedNotifier notifier{{{"SEND_DEADLINE", "100ms"}}};
  delete_queue(notifier.servers(), "notification_dead_letter_queue");
  Load load{notifier.api_port(), {.events_per_second = 100, .failing_of_hundred = 100}};
  REQUIRE(load.await_accepted(events_in_queue));
  delete_queue(notifier.servers(), "delay_queue_100ms");
  delete_queue(notifier.servers(), "delay_queue_300ms");
  REQUIRE(load.await_accepted(events_in_queue));
  notifier.check_account(load.stop());
}

TEST_CASE("#12 A main queue that is full refuses events and loses none, and takes them again when there is room") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  Ledger ledger{.accepted = {accepted_event_id(api.port(), event_body())}};
  limit_queue(servers, "notification_events", 10);
  REQUIRE(fill_until_refused(api.port(), ledger));
  CHECK_FALSE(is_ready(api));
  SECTION("because the limit is lifted") {
    lift_limit(servers);
    ledger.accepted.insert(accepted_event_id(api.port(), event_body()));
  }
  const NotifierProcess consume{{"consume"}, servers.settings()};
  ledger.accepted.insert(accepted_event_id(api.port(), event_body()));
  CHECK(is_ready(api));
  check(ledger, servers);
}

TEST_CASE("#12 A delay queue that is full holds retries up, and loses none") {
  LinkedNotifier notifier;
  limit_queue(notifier.servers(), "delay_queue_200ms", 1);
  Load load{notifier.api_port(), {.events_per_second = 100, .failing_of_hundred = 50}};
  REQUIRE(load.await_accepted(3 * events_in_queue));
  const Ledger ledger = load.stop();
  lift_limit(notifier.servers());
  notifier.check_account(ledger);
}

TEST_CASE("What a policy drops from the main queue, as too old or too much, is a dead letter that says so") {
  const boost::json::object definition =
      GENERATE(boost::json::object{{"message-ttl", 100}}, boost::json::object{{"max-length", 5}, {"overflow", "drop-head"}});
  CAPTURE(boost::json::serialize(definition));
  const RealServers servers;
  const RabbitmqManagement queues{servers.vhost()};
  NotifierProcess api{{"api"}, servers.settings()};
  REQUIRE(wait_until([&] { return is_ready(api); }));
  limit_queues(servers, "^notification_events$", definition);
  // What came before it would never be too old.
  REQUIRE(wait_until([&] {
    const auto queue = queues.queue("notification_events");
    return queue.contains("policy") && queue.at("policy") == "limit";
  }));
  Ledger ledger;
  for (int i = 0; i < 20; ++i) {
    const HttpAnswer answer = ingest(api.port(), event_body());
    if (answer.status == 202) {
      ledger.accepted.emplace(boost::json::parse(answer.body).at("eventId").as_string());
    } else {
      ++ledger.indeterminate;
    }
  }
  REQUIRE(wait_until([&] { return queues.messages_in("notification_dead_letter_queue") > 0; }));
  lift_limit(servers);
  const NotifierProcess consume{{"consume"}, servers.settings()};
  check(ledger, servers);
}

TEST_CASE("Retries that a policy drops from the delay queues, as too old or too much, come early and are not lost") {
  const boost::json::object definition =
      GENERATE(boost::json::object{{"message-ttl", 1}}, boost::json::object{{"max-length", 1}, {"overflow", "drop-head"}},
               boost::json::object{{"dead-letter-exchange", "nowhere"}, {"dead-letter-strategy", "at-most-once"}});
  CAPTURE(boost::json::serialize(definition));
  LinkedNotifier notifier;
  limit_queues(notifier.servers(), "^delay_queue_", definition);
  Load load{notifier.api_port(), {.events_per_second = 100, .failing_of_hundred = 50}};
  REQUIRE(load.await_accepted(2 * events_in_queue));
  notifier.check_account(load.stop());
}
