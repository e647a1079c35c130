#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <filesystem>
#include <string>

#include "support/executables.hpp"
#include "support/free_port.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

/// `sh -c script` with the path of the executable as its first argument.
FinishedCommand run_in_shell(const std::string& script, Environment settings) {
  settings["LOG_LEVEL"] = "error";
  NotifierProcess shell{{"-c", script, "sh", notifier_executable()}, std::move(settings), "/bin/sh"};
  const auto exit_status = shell.wait_for_exit();
  return {.exit_status = exit_status, .output = shell.output()};
}

std::filesystem::path file_of(pid_t process, int descriptor) {
  std::error_code closed;
  return std::filesystem::read_symlink("/proc/" + std::to_string(process) + "/fd/" + std::to_string(descriptor), closed);
}

}  // namespace

TEST_CASE("A command whose output cannot be written does not succeed") {
  const TemporaryFolder folder;
  const Environment settings = embedded_settings(folder);
  REQUIRE(run_command({"migrate"}, settings).exit_status == 0);

  for (const char* const command :
       {"--help", "--version", "config", "config --check", "migrate", "purge", "dead-letters summary",
        "dead-letters discard --all --why test", "dead-letters replay --all --dry-run"}) {
    for (const char* const output : {"> /dev/full", ">&-"}) {
      CAPTURE(command, output);
      const FinishedCommand ended = run_in_shell(std::string{"\"$1\" "} + command + " " + output, settings);
      CHECK(ended.exit_status == 1);
      CHECK_THAT(ended.output, ContainsSubstring("not all could be written to standard output"));
    }
  }
  CHECK(run_in_shell("\"$1\" config > /dev/null", settings).exit_status == 0);
}

TEST_CASE("A key that was made up and that nobody would get to know ends the start") {
  const TemporaryFolder folder;
  const FinishedCommand ended =
      run_in_shell("exec \"$1\" all > /dev/full", {{"DATA_DIR", folder.path()}, {"API_PORT", "0"}});
  CHECK(ended.exit_status == 1);
  CHECK_THAT(ended.output, ContainsSubstring("set API_KEY"));
}

TEST_CASE("With its standard streams closed a process works, and no file or socket gets their numbers") {
  const TemporaryFolder folder;
  const std::uint16_t port = free_port();
  NotifierProcess all{{"-c", "exec \"$1\" all <&- >&- 2>&-", "sh", notifier_executable()},
                      embedded_settings(folder, {{"API_PORT", std::to_string(port)}, {"LOG_LEVEL", "debug"}}),
                      "/bin/sh"};
  REQUIRE(wait_until([&] {
    try {
      return http_request(port, "GET", "/health/ready").status == 200;
    } catch (const std::exception&) {
      return false;
    }
  }));
  for (const int descriptor : {0, 1, 2}) CHECK(file_of(all.pid(), descriptor) == "/dev/null");

  const std::string id = accepted_event_id(port, event_body());
  CHECK(await_status(port, id, "SENT").at("status") == "SENT");
  all.signal(SIGTERM);
  CHECK(all.wait_for_exit() == 0);
}
