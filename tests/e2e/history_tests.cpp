#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>

#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

boost::json::object get(std::uint16_t port, const std::string& target) {
  const HttpAnswer answer = http_request(port, "GET", target, {}, {{"X-API-Key", test_key}});
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  return boost::json::parse(answer.body).as_object();
}

void check_record(const boost::json::object& dead) {
  CHECK(dead.at("nextAttemptAt").is_null());
  const auto& attempts = dead.at("attempts").as_array();
  CHECK(attempts.size() == 4);
  for (const auto& attempt : attempts) CHECK(attempt.at("durationMs").to_number<int>() >= 0);
}

/// The two notifications, as two pages show them, the dead one first.
std::vector<boost::json::value> check_lists(std::uint16_t port) {
  const auto first = get(port, "/notifications?limit=1");
  REQUIRE(first.at("notifications").as_array().size() == 1);
  const auto second = get(port, "/notifications?limit=1&cursor=" + std::string{first.at("nextCursor").as_string()});
  REQUIRE(second.at("notifications").as_array().size() == 1);
  CHECK(second.at("nextCursor").is_null());
  const auto filtered = get(port, "/notifications?status=FAILED_DLQ&recipient=fail@example.com&eventType=user_signup");
  CHECK(filtered.at("notifications") == first.at("notifications"));
  return {first.at("notifications").at(0), second.at("notifications").at(0)};
}

void check_summary(std::uint16_t port) {
  const auto summary = get(port, "/notifications/summary");
  CHECK(summary.at("complete").as_bool());
  CHECK(summary.at("total").to_number<int>() == 2);
  CHECK(summary.at("byStatus").at("SENT").to_number<int>() == 1);
  CHECK(summary.at("byEventType").at(0).at("eventType").as_string() == "user_signup");
}

void check_list_command(const Environment& settings, const std::vector<boost::json::value>& listed) {
  const FinishedCommand list = run_command({"list", "--limit", "2"}, settings);
  CHECK(list.exit_status == 0);
  REQUIRE(list.lines().size() == 2);
  CHECK(boost::json::parse(list.lines().at(0)) == listed.at(0));
  CHECK(boost::json::parse(list.lines().at(1)) == listed.at(1));
  CHECK(run_command({"list", "--status", "SENT"}, settings).lines().size() == 1);
}

void check_status_command(const Environment& settings, const boost::json::object& dead) {
  const FinishedCommand status = run_command({"status", std::string{dead.at("eventId").as_string()}}, settings);
  CHECK(status.exit_status == 0);
  REQUIRE(status.lines().size() == 1);
  CHECK(boost::json::parse(status.lines().front()) == dead);
  const FinishedCommand unknown = run_command({"status", "nobody"}, settings);
  CHECK(unknown.exit_status == 1);
  REQUIRE(unknown.lines().size() == 1);
  CHECK(unknown.lines().front().starts_with("notifier: no notification of the event 'nobody' is known"));
}

/// Asks a running system for its history over HTTP and in a shell; the answers agree.
void check_history(const Environment& settings) {
  NotifierProcess all{{"all"}, settings};
  const std::string sent = accepted_event_id(all.port(), event_body("first@example.com"));
  await_status(all.port(), sent, "SENT");
  const std::string failing = accepted_event_id(all.port(), event_body("fail@example.com"));
  const auto dead = await_status(all.port(), failing, "FAILED_DLQ");
  check_record(dead);
  const auto listed = check_lists(all.port());
  CHECK(listed.at(0).at("eventId").as_string() == failing);
  CHECK(listed.at(1).at("eventId").as_string() == sent);
  check_summary(all.port());
  check_list_command(settings, listed);
  check_status_command(settings, dead);
}

}  // namespace

TEST_CASE("The history tells the same over HTTP and in a shell, on real servers") {
  const RealServers servers{GENERATE(RealServers::Database::mysql, RealServers::Database::mariadb)};
  check_history(servers.settings());
}

TEST_CASE("The history tells the same over HTTP and in a shell, on the embedded default and after it has stopped") {
  const TemporaryFolder folder;
  check_history(embedded_settings(folder));
  CHECK(run_command({"list"}, embedded_settings(folder)).lines().size() == 2);
}

TEST_CASE("A history that is not there is not made") {
  const TemporaryFolder folder;
  const Environment settings = embedded_settings(folder);
  const std::string file = settings.at("DATA_DIR") + "/notifications.db";
  for (const std::vector<std::string>& command : {std::vector<std::string>{"list"},
                                                  {"status", "e1"},
                                                  {"summary"},
                                                  {"purge"},
                                                  {"purge", "--dry-run"},
                                                  {"dead-letters", "list"},
                                                  {"dead-letters", "summary"},
                                                  {"dead-letters", "show", "1"},
                                                  {"dead-letters", "export"},
                                                  {"dead-letters", "replay", "--all"},
                                                  {"dead-letters", "replay", "--all", "--dry-run"},
                                                  {"dead-letters", "edit", "1", "--file", "/dev/null"},
                                                  {"dead-letters", "discard", "--all", "--why", "test"},
                                                  {"dead-letters", "follow", "1"},
                                                  {"dead-letters", "cancel", "1"}}) {
    CAPTURE(command);
    const FinishedCommand ended = run_command(command, settings);
    CHECK(ended.exit_status == 1);
    CHECK_THAT(ended.output, ContainsSubstring("there is no database " + file) && ContainsSubstring("DATA_DIR") &&
                                 ContainsSubstring("--config") && ContainsSubstring("'notifier all'"));
    CHECK_FALSE(std::filesystem::exists(settings.at("DATA_DIR")));
  }
}
