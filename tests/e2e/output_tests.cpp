#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <cstdlib>
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

/// A terminal, as its user sees it.
class Terminal {
 public:
  Terminal() : user_side_{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)} {
    if (!std::filesystem::exists("/dev/pts/ptmx")) SKIP("needs a pseudo-terminal, and no /dev/pts is mounted here");
    REQUIRE(user_side_ >= 0);
    REQUIRE((::grantpt(user_side_) == 0 && ::unlockpt(user_side_) == 0));
    name_ = ::ptsname(user_side_);
    // While nobody has it open, there is nothing to read from.
    program_side_ = ::open(name_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(program_side_ >= 0);
  }
  ~Terminal() {
    ::close(program_side_);
    ::close(user_side_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  /// What has been written to it since the last call.
  std::string take() const {
    std::string text;
    std::array<char, 4096> chunk{};
    for (pollfd readable{.fd = user_side_, .events = POLLIN, .revents = 0}; ::poll(&readable, 1, 0) > 0;) {
      const ssize_t size = ::read(user_side_, chunk.data(), chunk.size());
      if (size <= 0) break;
      text.append(chunk.data(), static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  int user_side_;
  int program_side_ = -1;
  std::string name_;
};

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
      CHECK_THAT(ended.output, ContainsSubstring("standard output could not be written completely"));
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

TEST_CASE("What a process makes is for its user alone") {
  const TemporaryFolder folder;
  NotifierProcess all{
      {"-c", "umask 022; exec \"$1\" all", "sh", notifier_executable()}, embedded_settings(folder), "/bin/sh"};
  const std::uint16_t port = all.port();
  CHECK(await_status(port, accepted_event_id(port, event_body()), "SENT").at("status") == "SENT");
  for (const char* const name : {"/sends", "/data", "/data/queue.db", "/data/notifications.db", "/data/queue.lock"}) {
    CAPTURE(name);
    const auto permissions = std::filesystem::status(folder.path() + name).permissions();
    CHECK((permissions & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
          std::filesystem::perms::none);
  }
}

TEST_CASE("Text of others commands no terminal, be it in a table, in JSON or in a complaint") {
  const TemporaryFolder folder;
  const Environment settings = embedded_settings(folder);
  std::string id;
  {
    NotifierProcess all{{"all"}, settings};
    const std::uint16_t port = all.port();
    id = accepted_event_id(port, R"({"eventType":"a\u202e\u200b\u009b2J\u001b]0;x","timestamp":"2023-10-27T10:00:00Z",)"
                                 R"("payload":{"userId":"u","email":"a@example.com","username":"ada"}})");
    CHECK(await_status(port, id, "SENT").at("status") == "SENT");
    all.signal(SIGTERM);
    REQUIRE(all.wait_for_exit() == 0);
  }
  const Terminal terminal;
  const auto shown = [&](const std::string& command) {
    CHECK(run_in_shell("\"$1\" " + command + " > " + terminal.name() + " 2>&1", settings).exit_status.has_value());
    return terminal.take();
  };
  for (const std::string& command : {std::string{"list --json"}, "status " + id, "status " + id + " --json"}) {
    CAPTURE(command);
    CHECK_THAT(shown(command), ContainsSubstring(R"(a\u202e\u200b\u009b2J\u001b]0;x)"));
  }
  CHECK_THAT(shown("list"), ContainsSubstring(R"(a\u202e…)"));
  CHECK_THAT(shown("status 'no\u202esuch'"), ContainsSubstring(R"('no\u202esuch')"));
  CHECK(run_in_shell("\"$1\" list", settings).output.contains("a\u202e"));
}
