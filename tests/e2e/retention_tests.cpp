#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>

#include "support/dead_letters_under_test.hpp"
#include "support/http_request.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

boost::json::object purge(const Environment& settings, const std::vector<std::string>& options = {}) {
  std::vector<std::string> arguments{"purge"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const FinishedCommand command = run_command(arguments, settings);
  INFO(command.output);
  REQUIRE(command.exit_status == 0);
  return boost::json::parse(command.output).as_object();
}

/// The API could read the table, and it is not there.
bool is_gone(std::uint16_t port, const std::string& event_id) {
  return http_request(port, "GET", "/notifications/" + event_id, {}, {{"X-API-Key", test_key}}).status == 404;
}

/// Lets a running system forget what is made to look old. `make_old` changes all rows, to times of the year 2000.
void check_retention(const Environment& settings, const std::function<void()>& make_old) {
  std::string late;
  {
    NotifierProcess all{{"all"}, settings};
    const std::string sent = accepted_event_id(all.port(), event_body());
    const std::string dead = accepted_event_id(all.port(), event_body("fail@example.com"));
    await_status(all.port(), sent, "SENT");
    await_status(all.port(), dead, "FAILED_DLQ");
    CHECK(purge(settings, {"--dry-run"}).at("sent").to_number<int>() == 0);
    make_old();

    const auto counted = purge(settings, {"--dry-run"});
    CHECK(counted.at("dryRun").as_bool());
    CHECK(counted.at("sent").to_number<int>() == 1);
    CHECK(counted.at("dead").to_number<int>() == 1);
    CHECK_FALSE(counted.contains("payloads"));
    CHECK_FALSE(is_gone(all.port(), sent));

    CHECK(purge(settings).at("sent").to_number<int>() == 1);
    CHECK(is_gone(all.port(), sent));
    CHECK(wait_until([&] {
      purge(settings);
      return is_gone(all.port(), dead);
    }));

    late = accepted_event_id(all.port(), event_body());
    await_status(all.port(), late, "SENT");
    make_old();
    all.signal(SIGTERM);
    REQUIRE(all.wait_for_exit() == 0);
  }
  NotifierProcess all{{"all"}, settings};
  CHECK(wait_until([&] { return is_gone(all.port(), late); }));
}

}  // namespace

TEST_CASE("What is too old goes by itself and on command, on real servers") {
  const RealServers servers;
  check_retention(servers.settings(two_attempts), [&] {
    servers.database().query("UPDATE notifications SET created_at = '2000-01-01', updated_at = '2000-01-01'");
    servers.database().query("UPDATE dead_letters SET died_at = '2000-01-01'");
  });
}

TEST_CASE("What is too old goes by itself and on command, on the embedded default") {
  const TemporaryFolder folder;
  check_retention(embedded_settings(folder, two_attempts), [&] {
    change_embedded_rows(folder, "UPDATE notifications SET created_at = 946684800000000, updated_at = 946684800000000");
    change_embedded_rows(folder, "UPDATE dead_letters SET died_at = 946684800000000");
  });
}
