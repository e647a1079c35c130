#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
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

  /// What a command writes to it, which ends in the meantime: by itself, or by SIGINT when it has written `interrupt_at`.
  [[nodiscard]] std::string run(const std::string& command, Environment settings,
                                const std::string& interrupt_at = {}) const {
    settings["LOG_LEVEL"] = "error";
    NotifierProcess shell{{"-c", "exec \"$1\" " + command + " > " + name_ + " 2>&1", "sh", notifier_executable()},
                          std::move(settings),
                          "/bin/sh"};
    std::string text;
    bool is_interrupted = interrupt_at.empty();
    REQUIRE(wait_until([&] {
      // Before it has ended, so that nothing is overlooked.
      const bool has_ended = !shell.is_running();
      take_into(text);
      if (!is_interrupted && text.contains(interrupt_at)) {
        shell.signal(SIGINT);
        is_interrupted = true;
      }
      return has_ended;
    }));
    return text;
  }

 private:
  /// What has been written to it since the last call: it holds a few kilobytes at most.
  void take_into(std::string& text) const {
    std::array<char, 4096> chunk{};
    for (pollfd readable{.fd = user_side_, .events = POLLIN, .revents = 0}; ::poll(&readable, 1, 0) > 0;) {
      const ssize_t size = ::read(user_side_, chunk.data(), chunk.size());
      if (size <= 0) break;
      text.append(chunk.data(), static_cast<std::size_t>(size));
    }
  }

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
        "dead-letters discard --all --why test", "dead-letters replay --all --dry-run", "summary"}) {
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

TEST_CASE("A pipe gets all notifications, a terminal the newest hundred and the word that there are more") {
  const TemporaryFolder folder;
  const Environment settings = embedded_settings(folder, {{"MOCK_LATENCY", "0ms"}});
  constexpr std::size_t most_in_a_page = 1000;
  constexpr std::size_t all_there_are = most_in_a_page + 1;
  {
    NotifierProcess all{{"all"}, settings};
    std::ofstream lines{folder.path() + "/events"};
    for (std::size_t i = 0; i < all_there_are; ++i) lines << event_body() << '\n';
    lines.close();
    const std::string url = "http://127.0.0.1:" + std::to_string(all.port());
    REQUIRE(run_command({"send", folder.path() + "/events", "--url", url}, {{"API_KEY", test_key}}).exit_status == 0);
    REQUIRE(wait_until([&] { return lines_of(folder.path() + "/sends").size() == all_there_are; }));
    all.signal(SIGTERM);
    REQUIRE(all.wait_for_exit() == 0);
  }
  CHECK(run_command({"list"}, settings).lines().size() == all_there_are);
  CHECK(run_command({"list", "--limit", "150"}, settings).lines().size() == 150);

  // Enough to fill any pipe: who reads no more ends it without a complaint, and without success.
  const FinishedCommand cut = run_in_shell("{ \"$1\" list; echo ended with $? >&2; } | sed -e 1q", settings);
  CHECK_THAT(cut.output, ContainsSubstring("ended with 141") && !ContainsSubstring("could not be written"));

  const Terminal terminal;
  const std::string more = "There are more: --limit N";
  const auto shown = [&](const std::string& options, const Environment& looks = {}) {
    Environment environment = settings;
    environment.insert(looks.begin(), looks.end());
    return terminal.run(options, environment);
  };
  const auto rows = [](const std::string& text) { return std::ranges::count(text, '\n'); };
  const std::string newest = shown("list");
  CHECK(rows(newest) == 102);
  CHECK_THAT(newest, ContainsSubstring(more));
  CHECK(rows(shown("list --json")) == 101);
  CHECK(rows(shown("list --limit 1000")) == 1002);
  CHECK_THAT(shown("list --limit 1001"), !ContainsSubstring(more));

  const std::string green = "\x1b[32mSENT\x1b[0m";
  CHECK_THAT(shown("list --limit 1", {{"TERM", "xterm"}}), ContainsSubstring(green));
  CHECK_THAT(shown("list --limit 1", {{"TERM", "xterm"}, {"NO_COLOR", "1"}}), !ContainsSubstring("\x1b"));
  CHECK_THAT(shown("list --limit 1", {{"TERM", "dumb"}}), !ContainsSubstring("\x1b"));
  Environment in_colour = settings;
  in_colour["TERM"] = "xterm";
  CHECK_THAT(run_command({"list", "--limit", "1"}, in_colour).output, !ContainsSubstring("\x1b"));

  CHECK_THAT(shown("summary"), ContainsSubstring("user_signup") && ContainsSubstring("1001"));
  const auto summary = boost::json::parse(run_command({"summary", "--since", "1h"}, settings).output);
  CHECK(summary.at("total").to_number<std::size_t>() == all_there_are);
  CHECK(summary.at("byStatus").at("SENT").to_number<std::size_t>() == all_there_are);
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
  const auto shown = [&](const std::string& command) { return terminal.run(command, settings); };
  for (const std::string& command : {std::string{"list --json"}, "status " + id, "status " + id + " --json"}) {
    CAPTURE(command);
    CHECK_THAT(shown(command), ContainsSubstring(R"(a\u202e\u200b\u009b2J\u001b]0;x)"));
  }
  CHECK_THAT(shown("list"), ContainsSubstring(R"(a\u202e)") && !ContainsSubstring("\u202e"));
  CHECK_THAT(shown("status 'no\u202esuch'"), ContainsSubstring(R"('no\u202esuch')"));
  CHECK(run_in_shell("\"$1\" list", settings).output.contains("a\u202e"));
}

TEST_CASE("On a terminal a replay is followed until its outcome is known, and said in words") {
  const TemporaryFolder folder;
  const Environment settings = embedded_settings(folder, two_attempts);
  NotifierProcess all{{"all"}, settings};
  const std::string id = accepted_event_id(all.port(), event_body("fail@example.com"));
  static_cast<void>(await_status(all.port(), id, "FAILED_DLQ"));
  const Terminal terminal;
  const auto shown = [&](const std::string& command) { return terminal.run(command, settings); };
  CHECK_THAT(shown("dead-letters show " + id), ContainsSubstring("reason        retries_exhausted"));
  CHECK_THAT(shown("dead-letters replay --all --dry-run"), ContainsSubstring("1 dead letter would be replayed:"));
  CHECK_THAT(shown("dead-letters replay " + id),
             ContainsSubstring("replay 1, 1 dead letter: 0 sent, 1 dead again") && ContainsSubstring(id));
  CHECK_THAT(shown("dead-letters replay --all --no-wait"), ContainsSubstring("replay 2, 1 dead letter: "));
  CHECK_THAT(shown("dead-letters follow 2"), ContainsSubstring("dead again"));
  CHECK_THAT(shown("dead-letters follow 2 --json"), ContainsSubstring(R"("deadAgain":1)"));
  CHECK_THAT(shown("dead-letters discard " + id + " --why enough"), ContainsSubstring("1 dead letter discarded"));
  CHECK_THAT(shown("purge --dry-run"), ContainsSubstring("WOULD BE DELETED"));
}

TEST_CASE("Who interrupts the watching of a replay reads on a line of its own what goes on") {
  const TemporaryFolder folder;
  const Environment settings = embedded_settings(folder, two_attempts);
  leave_one_dead_letter(settings);
  const std::string progress = "0 of 1 replayed";
  const std::string goes_on =
      "\r\x1b[Knotifier: interrupted. Replay 1 goes on without this command: 'notifier dead-letters follow 1' shows it, "
      "'notifier dead-letters cancel 1' ends it.\r\n";
  const Terminal terminal;
  CHECK(terminal.run("dead-letters replay --all", settings, progress).ends_with(goes_on));
  CHECK(terminal.run("dead-letters follow 1", settings, progress).ends_with(goes_on));
  NotifierProcess follow{{"dead-letters", "follow", "1"}, settings};
  REQUIRE(wait_until([&] { return follow.output().contains("nobody has begun with it"); }));
  follow.signal(SIGTERM);
  CHECK(follow.wait_for_exit() == 128 + SIGTERM);
}
