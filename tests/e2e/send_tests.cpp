#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "support/executables.hpp"
#include "support/free_port.hpp"
#include "support/system_under_test.hpp"
#include "support/tcp_proxy.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

const Environment key{{"API_KEY", test_key}};

std::string event_lines(std::size_t count) {
  std::string lines;
  for (std::size_t i = 0; i < count; ++i) lines += event_body() + "\n";
  return lines;
}

/// `notifier all` on the embedded default, and a file of events beside it.
struct Embedded {
  explicit Embedded(const Environment& changes = {}) : all{{"all"}, embedded_settings(folder, changes)} {}

  void write(const std::string& lines) const { std::ofstream{file} << lines; }

  [[nodiscard]] std::vector<std::string> arguments(std::uint16_t port, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"send", file, "--url", "http://127.0.0.1:" + std::to_string(port)};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  [[nodiscard]] std::vector<std::string> sends() const { return lines_of(folder.path() + "/sends"); }

  /// Whether so many notifications were sent, each once, and no more come: an event that is posted now is sent after them.
  [[nodiscard]] bool have_been_sent_once(std::size_t count) {
    if (!wait_until([&] { return sends().size() >= count; })) return false;
    await_status(all.port(), accepted_event_id(all.port(), event_body()), "SENT");
    const auto sent = sends();
    return std::set(sent.begin(), sent.end()).size() == count + 1 && sent.size() == count + 1;
  }

  TemporaryFolder folder;
  std::string file = folder.path() + "/events.ndjson";
  NotifierProcess all;
};

/// Runs the product in a shell in which `$NOTIFIER` is its path.
NotifierProcess in_shell(const std::string& script) {
  return {{"-c", script}, {{"API_KEY", test_key}, {"NOTIFIER", notifier_executable()}}, "/bin/sh"};
}

}  // namespace

TEST_CASE("notifier send sends each line once, however often it is run, and what was appended") {
  Embedded embedded;
  embedded.write(event_lines(2000));
  for (const int run : {1, 2}) {
    CAPTURE(run);
    NotifierProcess send{embedded.arguments(embedded.all.port()), key};
    REQUIRE(send.wait_for_exit() == 0);
    CHECK(send.output() == "2000 lines: 2000 accepted, 0 refused\n");
  }
  std::ofstream{embedded.file, std::ios::app} << event_lines(3);
  NotifierProcess send{embedded.arguments(embedded.all.port()), key};
  REQUIRE(send.wait_for_exit() == 0);
  CHECK(embedded.have_been_sent_once(2003));
}

TEST_CASE("notifier send goes on where it was interrupted, and nothing is sent twice") {
  struct Interruption {
    int signal;
    int exit_status;
  };
  for (const auto& [signal, exit_status] : {Interruption{SIGINT, 130}, Interruption{SIGKILL, -SIGKILL}}) {
    CAPTURE(signal);
    Embedded embedded;
    embedded.write(event_lines(2000));
    TcpProxy proxy{embedded.all.port()};
    proxy.slow_down(std::chrono::milliseconds{20}, false);
    NotifierProcess interrupted{embedded.arguments(proxy.port(), {"--connections", "8"}), key};
    REQUIRE(wait_until([&] { return embedded.sends().size() > 100; }));
    interrupted.signal(signal);
    REQUIRE(interrupted.wait_for_exit() == exit_status);
    if (signal == SIGINT) CHECK_THAT(interrupted.output(), ContainsSubstring("To go on, run the same command again"));
    REQUIRE(embedded.sends().size() < 2000);

    NotifierProcess again{embedded.arguments(embedded.all.port()), key};
    REQUIRE(again.wait_for_exit() == 0);
    CHECK(embedded.have_been_sent_once(2000));
  }
}

TEST_CASE("notifier send repeats what a broken connection left without an answer") {
  Embedded embedded;
  embedded.write(event_lines(500));
  TcpProxy proxy{embedded.all.port()};
  proxy.slow_down(std::chrono::milliseconds{5}, false);
  NotifierProcess send{embedded.arguments(proxy.port()), key};
  for (const std::size_t sent_before : {50U, 150U, 250U}) {
    REQUIRE(wait_until([&] { return embedded.sends().size() > sent_before; }));
    proxy.cut();
  }
  REQUIRE(wait_until([&] { return embedded.sends().size() > 300; }));
  proxy.go_down();
  proxy.restore();
  REQUIRE(send.wait_for_exit() == 0);
  CHECK(embedded.have_been_sent_once(500));
}

TEST_CASE("notifier send waits for a notifier that is not there yet") {
  const TemporaryFolder folder;
  const std::string port = std::to_string(free_port());
  std::ofstream{folder.path() + "/events"} << event_lines(20);
  NotifierProcess send{{"send", folder.path() + "/events"}, {{"API_KEY", test_key}, {"API_PORT", port}}};
  NotifierProcess all{{"all"}, embedded_settings(folder, {{"API_PORT", port}})};
  CHECK(send.wait_for_exit() == 0);
  CHECK(wait_until([&] { return lines_of(folder.path() + "/sends").size() == 20; }));
}

TEST_CASE("notifier send names the lines that are refused and sends the others") {
  Embedded embedded;
  const std::string too_long = R"({"eventType":")" + std::string(256 * 1024, 'x') + "\"}\n";
  embedded.write(event_body() + "\r\n\r\n\n" + "{\"eventType\":1}\n" + too_long + "no JSON\r\n" + event_body());
  NotifierProcess send{embedded.arguments(embedded.all.port(), {"--connections", "1"}), key};
  REQUIRE(send.wait_for_exit() == 1);
  CHECK_THAT(send.output(), ContainsSubstring("line 4: Invalid Request: \"eventType\" must be a string\n") &&
                                ContainsSubstring("line 5: the line is longer than 256 KiB\n") &&
                                ContainsSubstring("line 6: Invalid Request: ") &&
                                ContainsSubstring("5 lines: 2 accepted, 3 refused\n") &&
                                ContainsSubstring("Correct them in place"));
  CHECK(embedded.have_been_sent_once(2));
}

TEST_CASE("notifier send tells one line, none and none yet apart") {
  Embedded embedded;
  for (const char* const nothing : {"", "\n \r\n"}) {
    embedded.write(nothing);
    NotifierProcess send{embedded.arguments(embedded.all.port()), key};
    CHECK(send.wait_for_exit() == 0);
    CHECK(send.output() == "there is no event in the input: nothing was sent\n");
  }
  embedded.write(event_body());
  NotifierProcess send{embedded.arguments(embedded.all.port()), key};
  CHECK(send.wait_for_exit() == 0);
  CHECK(send.output() == "1 line: 1 accepted, 0 refused\n");
  NotifierProcess in_vain{embedded.arguments(free_port(), {"--patience", "1ms"}), key};
  CHECK(in_vain.wait_for_exit() == 1);
  CHECK_THAT(in_vain.output(), ContainsSubstring("0 lines so far: 0 accepted, 0 refused\n"));
}

TEST_CASE("notifier send writes the ids of what was accepted, for its user alone") {
  Embedded embedded;
  embedded.write(event_body() + "\n{}\n" + event_body() + "\n");
  const std::string file = embedded.folder.path() + "/ids";
  std::ofstream{file} << "an older id that is much longer than one line of the new ones is, in three lines\n\n\n\n\n\n\n";
  std::filesystem::permissions(file, std::filesystem::perms{0644});

  std::vector<std::string> ids;
  for (int run = 0; run < 2; ++run) {
    CHECK(run_command(embedded.arguments(embedded.all.port(), {"--ids", file}), key).exit_status == 1);
    ids = lines_of(file);
    REQUIRE(ids.size() == 2);
    for (const std::string& id : ids) CHECK(await_status(embedded.all.port(), id, "SENT").at("status") == "SENT");
    CHECK(std::filesystem::status(file).permissions() == std::filesystem::perms{0600});
  }
  CHECK(ids.front() != ids.back());

  const auto refused = [&](const std::string& ids_file) {
    const FinishedCommand ended = run_command(embedded.arguments(embedded.all.port(), {"--ids", ids_file}), key);
    CHECK(ended.exit_status == 1);
    return ended.output;
  };
  CHECK_THAT(refused(embedded.file), ContainsSubstring("name another one"));
  CHECK(lines_of(embedded.file).size() == 3);
  CHECK_THAT(refused(embedded.folder.path() + "/no/ids"), ContainsSubstring("cannot be written"));
  CHECK_THAT(refused("/dev/full"), ContainsSubstring("the ids could not be written completely to '/dev/full'"));
}

TEST_CASE("notifier send takes a file with a byte order mark, and names UTF-16 as that") {
  Embedded embedded;
  embedded.write("\xEF\xBB\xBF" + event_lines(3));
  NotifierProcess marked{embedded.arguments(embedded.all.port()), key};
  CHECK(marked.wait_for_exit() == 0);
  embedded.write(event_lines(3));
  NotifierProcess unmarked{embedded.arguments(embedded.all.port()), key};
  CHECK(unmarked.wait_for_exit() == 0);
  CHECK(embedded.have_been_sent_once(3));

  std::string wide = "\xFF\xFE";
  for (const char character : event_lines(3)) wide.append({character, '\0'});
  embedded.write(wide);
  NotifierProcess refused{embedded.arguments(embedded.all.port()), key};
  CHECK(refused.wait_for_exit() == 1);
  CHECK_THAT(refused.output(), ContainsSubstring("the input is UTF-16: save it as UTF-8"));
}

TEST_CASE("notifier send prints a hundred refused lines and counts the others") {
  Embedded embedded;
  std::string lines;
  for (int i = 0; i < 150; ++i) lines += "{}\n";
  embedded.write(lines);
  NotifierProcess send{embedded.arguments(embedded.all.port()), key};
  REQUIRE(send.wait_for_exit() == 1);
  CHECK(lines_with(R"("eventType" is required)", send.output()) == 100);
  CHECK_THAT(send.output(), ContainsSubstring("150 lines: 0 accepted, 150 refused\n"));
}

TEST_CASE("notifier send ends at once when its key is refused or the URL is not a notifier's") {
  Embedded embedded;
  embedded.write(event_lines(100));
  NotifierProcess wrong_key{embedded.arguments(embedded.all.port()), {{"API_KEY", "wrong"}}};
  CHECK(wrong_key.wait_for_exit() == 1);
  CHECK_THAT(wrong_key.output(), ContainsSubstring("Set API_KEY to a key") && ContainsSubstring("0 accepted"));

  NotifierProcess no_key{embedded.arguments(embedded.all.port()), {}};
  CHECK(no_key.wait_for_exit() == 2);
  CHECK_THAT(no_key.output(), ContainsSubstring("API_KEY is missing"));

  const std::string elsewhere = "http://127.0.0.1:" + std::to_string(embedded.all.port()) + "/elsewhere";
  NotifierProcess wrong_path{{"send", embedded.file, "--url", elsewhere}, key};
  CHECK(wrong_path.wait_for_exit() == 1);
  CHECK_THAT(wrong_path.output(), ContainsSubstring("POST /elsewhere/events/ingest"));
}

TEST_CASE("notifier send gives up when nothing gets through for its patience, and says how to go on") {
  const TemporaryFolder folder;
  std::ofstream{folder.path() + "/events"} << event_lines(5);
  const std::string nobody = "http://127.0.0.1:" + std::to_string(free_port());
  NotifierProcess send{{"send", folder.path() + "/events", "--url", nobody, "--patience", "500ms"}, key};
  CHECK(send.wait_for_exit() == 1);
  CHECK_THAT(send.output(),
             ContainsSubstring("Connection refused. To go on, run the same command again") && ContainsSubstring("0 lines"));
}

TEST_CASE("notifier send does not show its key to a network") {
  const TemporaryFolder folder;
  std::ofstream{folder.path() + "/events"} << event_lines(1);
  NotifierProcess send{{"send", folder.path() + "/events", "--url", "http://192.0.2.1"}, key};
  CHECK(send.wait_for_exit() == 2);
  CHECK_THAT(send.output(), ContainsSubstring("--insecure-http"));
}

TEST_CASE("notifier send takes lines from standard input as they come, and goes on under the name it gave the run") {
  Embedded embedded;
  const std::string pipe = embedded.folder.path() + "/pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const std::string command =
      R"(exec "$NOTIFIER" send - --url http://127.0.0.1:)" + std::to_string(embedded.all.port()) + " < '" + pipe + "'";

  NotifierProcess send = in_shell(command);
  std::ofstream writer{pipe};
  writer << event_lines(3) << std::flush;
  REQUIRE(wait_until([&] { return embedded.sends().size() == 3; }));
  send.signal(SIGINT);
  REQUIRE(send.wait_for_exit() == 130);
  writer.close();

  static const std::regex named{"again with --run ([0-9a-f-]+)"};
  const std::string output = send.output();
  std::smatch match;
  REQUIRE(std::regex_search(output, match, named));
  embedded.write(event_lines(5));
  NotifierProcess again = in_shell(R"("$NOTIFIER" send - --run )" + match[1].str() + " --url http://127.0.0.1:" +
                                   std::to_string(embedded.all.port()) + " < '" + embedded.file + "'");
  REQUIRE(again.wait_for_exit() == 0);
  CHECK(embedded.have_been_sent_once(5));
}
