#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/notifier_process.hpp"
#include "support/rabbitmq_management.hpp"
#include "support/raw_http_client.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

const std::string secret_key = "Zq1-key";
const std::string other_secret_key = "Zq2-key";
const std::string broker_password = "Zq3-broker";
const std::string payload_secret = "Zq4-payload";

/// None of them may show anywhere.
std::vector<std::string> secrets() {
  return {secret_key, other_secret_key, broker_password, database_password, payload_secret};
}

/// A user of the test's RabbitMQ, deleted at the end.
class TemporaryUser {
 public:
  explicit TemporaryUser(const std::string& vhost) : name_{unique_name("user")} {
    call_rabbitmq_management("PUT", "/api/users/" + name_, R"({"password":")" + broker_password + R"(","tags":""})");
    call_rabbitmq_management("PUT", "/api/permissions/" + vhost + "/" + name_,
                             R"({"configure":".*","write":".*","read":".*"})");
  }
  ~TemporaryUser() { remove(); }
  TemporaryUser(const TemporaryUser&) = delete;
  TemporaryUser& operator=(const TemporaryUser&) = delete;

  void remove() {
    if (!removed_) call_rabbitmq_management("DELETE", "/api/users/" + name_);
    removed_ = true;
  }

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  bool removed_ = false;
};

std::string content(const std::string& path) {
  std::ifstream stream{path};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

std::string command_line(const NotifierProcess& process) {
  return content("/proc/" + std::to_string(process.pid()) + "/cmdline");
}

void check_hidden(const std::string& where, const std::string& text) {
  INFO(where);
  CHECK_FALSE(text.empty());
  for (const std::string& secret : secrets()) CHECK_FALSE(text.contains(secret));
}

HttpAnswer post_event(std::uint16_t port, const std::string& api_key, const std::string& body) {
  return http_request(port, "POST", "/events/ingest", body, {{"Content-Type", "application/json"}, {"X-API-Key", api_key}});
}

std::string event_with_note(const std::string& email) {
  std::string body = event_body(email);
  return body.insert(body.find(R"("userId")"), R"("note":")" + payload_secret + R"(",)");
}

}  // namespace

TEST_CASE("#31 Keys, passwords and payloads show in no log, command line, configuration or error") {
  const RealServers servers;
  TemporaryUser user{servers.vhost()};
  const std::string url = "amqp://" + user.name() + ":" + broker_password + "@127.0.0.1:" + std::to_string(rabbitmq_port()) +
                          "/" + servers.vhost();
  const Environment settings =
      servers.settings({{"API_KEY", secret_key + "," + other_secret_key}, {"RABBITMQ_URL", url}, {"LOG_LEVEL", "debug"}});
  NotifierProcess api{{"api"}, settings};
  NotifierProcess consume{{"consume"}, settings};
  NotifierProcess config{{"config"}, settings};
  CHECK(config.wait_for_exit() == 0);
  REQUIRE(wait_until([&] { return http_request(api.port(), "GET", "/health/ready").status == 200; }));

  CHECK(post_event(api.port(), secret_key, event_with_note("user@example.com")).status == 202);
  CHECK(post_event(api.port(), other_secret_key, event_with_note("fail@example.com")).status == 202);
  REQUIRE(
      wait_until([&] { return consume.output().contains("FAILED_DLQ") && consume.output().contains("notification sent"); }));
  std::string answers = post_event(api.port(), secret_key + "x", event_with_note("user@example.com")).body;
  answers += post_event(api.port(), secret_key, payload_secret).body;
  answers += post_event(api.port(), secret_key, R"({"eventType":"t","timestamp":")" + payload_secret + R"("})").body;
  answers += http_request(api.port(), "GET", "/notifications/x?key=" + secret_key).body;
  const RabbitmqManagement rabbitmq{servers.vhost()};
  rabbitmq.publish("notification_events", payload_secret);
  rabbitmq.publish("notification_events", R"({"id":"x","eventType":")" + payload_secret + R"("})");
  REQUIRE(wait_until([&] { return consume.output().contains("invalid_event"); }));

  check_hidden("command lines", command_line(api) + command_line(consume));
  user.remove();
  CHECK(wait_until(
      [&] { return api.output().contains("RabbitMQ") && http_request(api.port(), "GET", "/health/ready").status == 503; }));
  check_hidden("answers", answers + http_request(api.port(), "GET", "/health/ready").body);
  check_hidden("configuration", config.output());
  check_hidden("log of api", api.output());
  check_hidden("log of consume", consume.output());
}

TEST_CASE("#30 Text logs stay one line an entry, and show no terminal controls") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder, {{"LOG_FORMAT", "text"}, {"LOG_LEVEL", "debug"}})};
  REQUIRE(wait_until([&] { return all.output().contains("all started"); }));
  const std::string begin = "port=";
  const std::string started = all.output();
  const auto port = static_cast<std::uint16_t>(std::stoul(started.substr(started.find(begin) + begin.size())));
  REQUIRE(wait_until([&] { return http_request(port, "GET", "/health/ready").status == 200; }));
  const std::string nasty = R"(x'); DROP TABLE notifications; --\n2026-01-01T00:00:00.000Z error forged\u001b[31m)";
  const std::string body = R"({"eventType":")" + nasty + R"(","timestamp":"2023-10-27T10:00:00Z","payload":{"userId":")" +
                           nasty + R"(","email":"fail@example.com","username":"x'); DROP TABLE n; --\n"}})";
  await_status(port, accepted_event_id(port, body, {{"Idempotency-Key", "x'); DROP TABLE notifications; --"}}),
               "FAILED_DLQ");
  RawHttpClient client{port};
  client.send("GET /notifications/%0aforged%1b[31m HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + test_key + "\r\n\r\n");
  CHECK(client.read_answer()->status >= 400);
  CHECK_FALSE(all.output().contains('\x1b'));
  CHECK_FALSE(all.output().contains("\n2026-01-01"));
  CHECK_FALSE(all.output().contains("\nforged"));
}
