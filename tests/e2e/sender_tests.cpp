#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <csignal>
#include <set>

#include "support/http_receiver.hpp"
#include "support/mail_server.hpp"
#include "support/sender_configuration.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

std::string mail_table(const MailServer& server) {
  return "[senders.mail]\ntype = \"smtp\"\nhost = \"127.0.0.1\"\nport = " + std::to_string(server.port()) +
         "\ntls = \"none\"\nfrom = \"Notifier <notifier@example.com>\"\n\n";
}

/// Empty before it consumes.
std::string circuit_of(std::uint16_t port, const std::string& sender) {
  const auto readiness = boost::json::parse(http_request(port, "GET", "/health/ready").body).as_object();
  if (!readiness.contains("senders")) return {};
  return std::string{readiness.at("senders").as_object().at(sender).as_string()};
}

}  // namespace

TEST_CASE("An event reaches a person by mail and a system by a webhook, as two notifications") {
  const RealServers servers;
  const MailServer mail;
  const HttpReceiver receiver;
  const SenderConfiguration configuration{mail_table(mail) + webhook_table("crm", receiver) +
                                          route_table("welcome", "mail", "template = \"welcome\"\n") +
                                          route_table("crm", "crm")};
  NotifierProcess all{configuration.arguments("all"), configuration.settings(servers.settings())};

  const std::string id = accepted_event_id(all.port(), event_body("ada@example.com", "ada"));
  CHECK(await_status(all.port(), id, "SENT").at("attemptCount").to_number<int>() == 1);
  const auto further = await_status(all.port(), id + "%2Fcrm", "SENT");
  CHECK(further.at("notificationId").as_string() == "notif-" + id + "/crm");

  const auto mails = mail.mails();
  REQUIRE(mails.size() == 1);
  CHECK(mails.front().recipient == "ada@example.com");
  CHECK(header_of(mails.front().mail, "subject") == "Welcome, ada");
  const auto requests = receiver.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests.front().headers.at("webhook-id") == "notif-" + id + "/crm");
  CHECK(circuit_of(all.port(), "mail") == "closed");
  CHECK(circuit_of(all.port(), "crm") == "closed");

  all.signal(SIGTERM);
  CHECK(all.wait_for_exit() == 0);
}

TEST_CASE("The embedded default sends by webhook, and waits as long as the provider asks for") {
  const TemporaryFolder folder;
  HttpReceiver receiver;
  receiver.answer_with({.status = 429, .headers = {{"Retry-After", "2"}}});
  const SenderConfiguration configuration{webhook_table("crm", receiver) + route_table("crm", "crm")};
  NotifierProcess all{configuration.arguments("all"),
                      configuration.settings(embedded_settings(folder, {{"RETRY_DELAYS", "500ms"}}))};

  const std::string id = accepted_event_id(all.port(), event_body());
  const auto retrying = await_status(all.port(), id, "FAILED_RETRYING");
  CHECK_FALSE(retrying.at("nextAttemptAt").is_null());
  receiver.answer_with({});
  const auto sent = await_status(all.port(), id, "SENT");

  // Four hops of 500 ms through the delay queue are no attempts.
  CHECK(sent.at("attemptCount").to_number<int>() == 2);
  const auto& attempts = sent.at("attempts").as_array();
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[0].at("error").as_string() == "HTTP 429");
  CHECK(attempts[1].at("sends").at(0).at("reply").as_string() == "HTTP 200");
  CHECK(receiver.requests().size() == 2);
}

TEST_CASE("A failover is seen in the history, in lists, in a shell and in the log") {
  const RealServers servers;
  HttpReceiver down;
  down.answer_with({.status = 503, .body = "maintenance"});
  const MailServer mail;
  const HttpReceiver receiver;
  const SenderConfiguration configuration{
      webhook_table("first", down) + mail_table(mail) + webhook_table("crm", receiver) + route_table("audit", "crm") +
      "[routes.news]\nevents = [\"user_*\"]\nsenders = [\"first\", \"mail\"]\ntemplate = \"welcome\"\n"};
  const Environment settings = configuration.settings(servers.settings());
  NotifierProcess all{configuration.arguments("all"), settings};

  const std::string id = accepted_event_id(all.port(), event_body("ada@example.com", "ada"));
  const auto sent = await_status(all.port(), id + "%2Fnews", "SENT");
  CHECK(sent.at("route").as_string() == "news");
  REQUIRE(sent.at("attempts").as_array().size() == 1);
  const auto& attempt = sent.at("attempts").at(0).as_object();
  CHECK(attempt.at("outcome").as_string() == "sent");
  REQUIRE(attempt.at("sends").as_array().size() == 2);
  const auto& failed = attempt.at("sends").at(0).as_object();
  CHECK(failed.at("sender").as_string() == "first");
  CHECK(failed.at("outcome").as_string() == "transient");
  CHECK(failed.at("error").as_string() == "HTTP 503: maintenance");
  const auto& taken = attempt.at("sends").at(1).as_object();
  CHECK(taken.at("sender").as_string() == "mail");
  CHECK(taken.at("outcome").as_string() == "sent");
  CHECK(taken.at("reply").as_string() == "250 2.0.0 OK");

  await_status(all.port(), id, "SENT");
  const auto siblings = notification(all.port(), id + "%2Fnews").at("siblings").as_array();
  REQUIRE(siblings.size() == 1);
  CHECK(siblings[0].at("eventId").as_string() == id);
  CHECK(siblings[0].at("route").as_string() == "audit");
  CHECK(siblings[0].at("status").as_string() == "SENT");

  const FinishedCommand listed = run_command(configuration.arguments("list"), settings);
  CHECK(listed.output.contains(R"("route":"news","sender":"mail")"));
  CHECK(all.output().contains(R"("route":"news","sender":"mail")"));
  CHECK(all.output().contains(R"("failed_over_from":"first: HTTP 503: maintenance")"));
}

TEST_CASE("To a destination that only fails nothing is sent, nothing is charged for that, and all is sent when it is back") {
  const RealServers servers;
  HttpReceiver receiver;
  receiver.answer_with({.status = 503});
  const SenderConfiguration configuration{webhook_table("crm", receiver, "failures-to-open = 3\npause = \"1s\"\n") +
                                          route_table("crm", "crm")};
  NotifierProcess all{configuration.arguments("all"), configuration.settings(servers.settings({{"RETRY_DELAYS", "1s"}}))};

  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(accepted_event_id(all.port(), event_body()));
  REQUIRE(wait_until([&] { return circuit_of(all.port(), "crm") == "open"; }));
  const std::string late = accepted_event_id(all.port(), event_body());
  REQUIRE(wait_until([&] { return notification(all.port(), late).contains("nextAttemptAt"); }));
  CHECK(wait_until([&] {
    return lines_with(R"("message":"circuit open: nothing is sent until one send is tried","sender":"crm","failures":3)",
                      all.output()) > 0;
  }));
  receiver.answer_with({});

  for (const std::string& id : ids) await_status(all.port(), id, "SENT");
  await_status(all.port(), late, "SENT");
  CHECK(wait_until([&] { return circuit_of(all.port(), "crm") == "closed"; }));
  std::set<std::string> sent;
  for (const auto& request : receiver.requests()) sent.insert(request.headers.at("webhook-id"));
  CHECK(sent.size() == 4);
}

TEST_CASE("A receiver that is away for a deployment costs attempts and no events") {
  const TemporaryFolder folder;
  HttpReceiver receiver;
  receiver.answer_with({.status = GENERATE(404U, 302U, 405U)});
  const SenderConfiguration configuration{webhook_table("crm", receiver) + route_table("crm", "crm")};
  NotifierProcess all{configuration.arguments("all"),
                      configuration.settings(embedded_settings(folder, {{"RETRY_DELAYS", "500ms"}, {"MAX_RETRIES", "20"}}))};

  const std::string id = accepted_event_id(all.port(), event_body());
  await_status(all.port(), id, "FAILED_RETRYING");
  receiver.answer_with({});
  const auto sent = await_status(all.port(), id, "SENT");
  CHECK(sent.at("attemptCount").to_number<std::size_t>() == receiver.requests().size());
}

TEST_CASE("A receiver that takes longer than a claim gets one request") {
  const RealServers servers;
  HttpReceiver receiver;
  receiver.answer_with({.status = 200, .delay = std::chrono::seconds{14}});
  const SenderConfiguration configuration{webhook_table("crm", receiver, "deadline = \"30s\"\n") +
                                          route_table("crm", "crm")};
  // A claim lasts 6 s, and what has lapsed is swept 7 s after it was claimed.
  const Environment quick = servers.settings({{"SEND_DEADLINE", "500ms"}, {"RETRY_DELAYS", "100ms"}});
  NotifierProcess all{configuration.arguments("all"), configuration.settings(quick)};
  NotifierProcess rival{configuration.arguments("consume"), configuration.settings(quick)};

  const std::string id = accepted_event_id(all.port(), event_body());
  const auto sent = await_status(all.port(), id, "SENT", std::chrono::minutes{1});
  CHECK(sent.at("attemptCount").to_number<int>() == 1);
  CHECK(receiver.requests().size() == 1);
}

TEST_CASE("A mail server that greylists gets the mail in the end, by the delays of its sender") {
  const TemporaryFolder folder;
  const MailServer mail;
  std::string table = mail_table(mail);
  table.insert(table.size() - 1, "retry-delays = [\"300ms\", \"700ms\"]\nmax-retries = 5\n");
  const SenderConfiguration configuration{table + route_table("welcome", "mail", "template = \"welcome\"\n")};
  NotifierProcess all{configuration.arguments("all"),
                      configuration.settings(embedded_settings(folder, {{"MAX_RETRIES", "0"}}))};

  const std::string id = accepted_event_id(all.port(), event_body("grey@example.com", "ada"));
  CHECK(await_status(all.port(), id, "SENT").at("attemptCount").to_number<int>() == 4);
  CHECK(mail.mails().size() == 1);
}

TEST_CASE("A receiver that is gone for good makes a dead letter at once") {
  const TemporaryFolder folder;
  HttpReceiver receiver;
  const unsigned status = GENERATE(410U, 422U);
  receiver.answer_with({.status = status});
  const SenderConfiguration configuration{webhook_table("crm", receiver, "final = [422]\n") + route_table("crm", "crm")};
  NotifierProcess all{configuration.arguments("all"), configuration.settings(embedded_settings(folder))};

  const std::string id = accepted_event_id(all.port(), event_body());
  CHECK(await_status(all.port(), id, "FAILED_DLQ").at("lastError").as_string() == "HTTP " + std::to_string(status));
  CHECK(receiver.requests().size() == 1);
}

TEST_CASE("An event that no route takes is a dead letter that says so") {
  const TemporaryFolder folder;
  const HttpReceiver receiver;
  const SenderConfiguration configuration{webhook_table("crm", receiver) +
                                          "[routes.crm]\nevents = [\"order_*\"]\nsenders = [\"crm\"]\n"};
  NotifierProcess all{configuration.arguments("all"), configuration.settings(embedded_settings(folder))};

  const std::string id = accepted_event_id(all.port(), event_body());
  const auto dead = await_status(all.port(), id, "FAILED_DLQ");
  CHECK(dead.at("lastError").as_string() == "no route takes events of type user_signup");
  CHECK(receiver.requests().empty());
}

TEST_CASE("What waits for a route that is removed is a dead letter, and goes out on no other") {
  const RealServers servers;
  HttpReceiver broken;
  broken.answer_with({.status = 503});
  const HttpReceiver other;
  const std::string senders = webhook_table("broken", broken) + webhook_table("other", other);
  const SenderConfiguration both{senders + route_table("crm", "broken") + route_table("audit", "other")};
  std::string id;
  {
    NotifierProcess all{both.arguments("all"), both.settings(servers.settings())};
    id = accepted_event_id(all.port(), event_body());
    await_status(all.port(), id, "FAILED_RETRYING");
    await_status(all.port(), id + "%2Faudit", "SENT");
    all.signal(SIGTERM);
    CHECK(all.wait_for_exit() == 0);
  }
  const SenderConfiguration without{senders + route_table("audit", "other")};
  NotifierProcess all{without.arguments("all"), without.settings(servers.settings())};
  const auto dead = await_status(all.port(), id, "FAILED_DLQ");
  CHECK(dead.at("lastError").as_string().starts_with("the route crm is gone"));
  CHECK(other.requests().size() == 1);
}
