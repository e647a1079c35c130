#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "support/executables.hpp"
#include "support/free_port.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/test_servers.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) names.insert(entry.path().string());
  return names;
}

void write_file(const std::string& path, const std::string& text) { std::ofstream{path} << text; }

FinishedCommand ended(NotifierProcess& process) {
  const auto exit_status = process.wait_for_exit();
  return {.exit_status = exit_status, .output = process.output()};
}

/// Takes a file or folder away from everybody, this test included, as long as it lives.
class ForbiddenPath {
 public:
  explicit ForbiddenPath(std::string path, mode_t rights = 0) : path_{std::move(path)} {
    if (::geteuid() == 0) give_to(nobody);
    ::chmod(path_.c_str(), rights);
  }
  ~ForbiddenPath() {
    if (::geteuid() == 0) give_to(0);
    ::chmod(path_.c_str(), S_IRWXU);
  }
  ForbiddenPath(const ForbiddenPath&) = delete;
  ForbiddenPath& operator=(const ForbiddenPath&) = delete;

  /// Without the rights that root has whatever belongs to others.
  [[nodiscard]] static FinishedCommand run(const std::vector<std::string>& command, const Environment& settings) {
    if (::geteuid() != 0) return run_command(command, settings);
    const std::string all_others = "-dac_override,-dac_read_search";
    std::vector<std::string> words{"--bounding-set", all_others, "--inh-caps", all_others, notifier_executable()};
    words.insert(words.end(), command.begin(), command.end());
    NotifierProcess process{words, settings, setpriv};
    return ended(process);
  }

 private:
  static constexpr uid_t nobody = 65534;
  static constexpr const char* setpriv = "/usr/bin/setpriv";  ///< of util-linux, which every Debian has

  void give_to(uid_t user) const { REQUIRE(::chown(path_.c_str(), user, user) == 0); }

  std::string path_;
};

const std::vector<std::vector<std::string>> commands_that_read{
    {"list"}, {"status", "e1"}, {"summary"}, {"dead-letters", "list"}};

}  // namespace

TEST_CASE("A check writes nothing, and neither does a start that is refused") {
  const TemporaryFolder folder;
  write_file(folder.path() + "/notifier.toml",
             "data-dir = \"data\"\nmock-record = \"sends\"\n[senders.s]\ntype = \"mock\"\nrecord = \"more-sends\"\n"
             "[routes.r]\nevents = \"*\"\nsenders = \"s\"\n");
  const std::set<std::string> before = names_in(folder.path());
  const Environment in_folder{{"DATA_DIR", folder.path() + "/data"}, {"MOCK_RECORD", folder.path() + "/sends"}};
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"config"}, {"config", "--check"}, {"config", "--check", "all"}}) {
    CAPTURE(command);
    CHECK(run_command(command, in_folder).exit_status == 0);
    std::vector<std::string> with_file{"--config", folder.path() + "/notifier.toml"};
    with_file.insert(with_file.end(), command.begin(), command.end());
    CHECK(run_command(with_file, {}).exit_status == 0);
  }
  Environment wrong = in_folder;
  wrong["API_KEYS"] = "shop:ingest:0123456789abcdef,other:ingest:0123456789abcdef";
  CHECK(run_command({"all"}, wrong).exit_status == 2);
  CHECK(names_in(folder.path()) == before);
}

TEST_CASE("A record that cannot be written is told by the check, as it is by the start") {
  const TemporaryFolder folder;
  write_file(folder.path() + "/file", "");
  for (const std::string record : {"/none/sends", "/file/sends", ""}) {
    CAPTURE(record);
    const Environment settings{{"MOCK_RECORD", folder.path() + record}, {"DATA_DIR", folder.path() + "/data"}};
    const FinishedCommand checked = run_command({"config", "--check"}, settings);
    CHECK(checked.exit_status == 2);
    CHECK_THAT(checked.output, ContainsSubstring("notifier: MOCK_RECORD: cannot write to " + folder.path() + record));
    CHECK(run_command({"all"}, settings).output == checked.output);
  }
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/data"));
}

TEST_CASE(
    "config --check says where in the file a fault is, as a start does, when it takes a look at other files to find it") {
  const TemporaryFolder folder;
  const auto fault_with = [&](const std::string& text) {
    write_file(folder.path() + "/notifier.toml", text);
    const std::vector<std::string> file{"--config", folder.path() + "/notifier.toml"};
    std::set<std::string> outputs;
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{"all"}, {"config", "--check"}, {"config", "--check", "all"}}) {
      std::vector<std::string> words = file;
      words.insert(words.end(), command.begin(), command.end());
      const FinishedCommand refused = run_command(words, {{"API_KEY", "0123456789abcdef"}, {"API_PORT", "0"}});
      CHECK(refused.exit_status == 2);
      outputs.insert(refused.output);
    }
    CHECK(outputs.size() == 1);
    return *outputs.begin();
  };
  const std::string at = "notifier: " + folder.path() + "/notifier.toml:";
  const std::string mail = "[senders.s]\ntype = \"smtp\"\nhost = \"h\"\nfrom = \"a@example.com\"\n";
  const std::string route = "[routes.r]\nevents = \"*\"\nsenders = \"s\"\n";
  CHECK_THAT(fault_with("template-dir = \".\"\n" + mail + route + "template = \"nix\"\n"),
             ContainsSubstring(at + "9:12: [routes.r] template: there is no file " + folder.path() +
                               "/nix.subject.mustache and no file " + folder.path() + "/nix.text.mustache"));
  CHECK_THAT(fault_with("template-dir = \"none\"\n" + mail + route + "template = \"nix\"\n"),
             ContainsSubstring("since there is no folder " + folder.path() + "/none"));
  CHECK_THAT(fault_with("rabbitmq-url = \"amqps://127.0.0.1\"\nrabbitmq-ca-file = \"none\"\n"),
             ContainsSubstring(at + "2:20: RABBITMQ_CA_FILE: cannot read " + folder.path() + "/none"));
  CHECK_THAT(fault_with("[senders.s]\ntype = \"mock\"\nrecord = \"none/sends\"\n" + route),
             ContainsSubstring(at + "3:10: [senders.s] record: cannot write to " + folder.path() + "/none/sends"));
  CHECK_THAT(fault_with("[senders.s]\ntype = \"webhook\"\nurl = \"https://example.com\"\nsecrets = \"short\"\n" + route),
             ContainsSubstring(at + "1:10: [senders.s]: webhook secret 1"));
  write_file(folder.path() + "/file", "");
  CHECK_THAT(fault_with("data-dir = \"file\"\n"),
             ContainsSubstring(at + "1:12: DATA_DIR: " + folder.path() + "/file is a file, not a folder"));
}

TEST_CASE("A webhook to an address that is not permitted is refused before anything starts") {
  const TemporaryFolder folder;
  write_file(folder.path() + "/notifier.toml",
             "[senders.s]\ntype = \"webhook\"\nurl = \"http://10.0.0.7/hook\"\n"
             "secrets = \"whsec_bm90aWZpZXItdGVzdC1zZWNyZXQtMDEy\"\n[routes.r]\nevents = \"*\"\nsenders = \"s\"\n");
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{{"all"}, {"config", "--check"}}) {
    std::vector<std::string> words{"--config", folder.path() + "/notifier.toml"};
    words.insert(words.end(), command.begin(), command.end());
    const FinishedCommand refused = run_command(words, {{"DATA_DIR", folder.path() + "/data"}, {"API_PORT", "0"}});
    CHECK(refused.exit_status == 2);
    CHECK_THAT(refused.output,
               ContainsSubstring(":3:7: [senders.s] url: nothing would ever be sent to 10.0.0.7, which is not public"));
  }
  NotifierProcess permitted{{"--config", folder.path() + "/notifier.toml", "config", "--check"},
                            {{"WEBHOOK_ALLOW", "10.0.0.0/8"}, {"DATA_DIR", folder.path() + "/data"}}};
  CHECK(permitted.wait_for_exit() == 0);
}

TEST_CASE("A port that is taken is told with the setting that names it") {
  boost::asio::io_context context;
  const boost::asio::ip::tcp::acceptor taken{context, {boost::asio::ip::address_v4::loopback(), 0}};
  const std::string port = std::to_string(taken.local_endpoint().port());
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder, {{"API_PORT", port}})};
  const FinishedCommand refused = ended(all);
  CHECK(refused.exit_status == 1);
  CHECK_THAT(refused.output, ContainsSubstring("cannot listen on 127.0.0.1:" + port) &&
                                 ContainsSubstring("set API_PORT to another port") && !ContainsSubstring("listens on"));
  const std::string nobody = std::to_string(free_port());
  NotifierProcess consume{{"consume"},
                          {{"RABBITMQ_URL", "amqp://127.0.0.1:" + nobody},
                           {"MYSQL_HOST", "127.0.0.1"},
                           {"MYSQL_PORT", nobody},
                           {"MYSQL_USER", "u"},
                           {"HEALTH_PORT", port}}};
  CHECK(consume.wait_for_exit() == 1);
  CHECK_THAT(consume.output(), ContainsSubstring("set HEALTH_PORT to another port"));
}

TEST_CASE("Nothing is said to listen before the database is known to be one") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() + "/data");
  write_file(folder.path() + "/data/notifications.db", std::string(5000, 'x'));
  NotifierProcess all{{"all"}, embedded_settings(folder)};
  CHECK(all.wait_for_exit() == 1);
  CHECK_THAT(all.output(), ContainsSubstring("notifications.db cannot be used: file is not a database") &&
                               !ContainsSubstring("listens on") && !ContainsSubstring("started"));
}

TEST_CASE("Nothing is said to listen when RabbitMQ refuses who comes") {
  const RealServers servers;
  const std::string url = "amqp://guest:wrong-word@127.0.0.1:" + std::to_string(rabbitmq_port()) + "/" + servers.vhost();
  for (const char* command : {"api", "all"}) {
    NotifierProcess refused{{command}, servers.settings({{"RABBITMQ_URL", url}})};
    CHECK(refused.wait_for_exit() == 1);
    CHECK_THAT(refused.output(), ContainsSubstring("RABBITMQ_URL") && !ContainsSubstring("listens on") &&
                                     !ContainsSubstring("started") && !ContainsSubstring("wrong-word"));
  }
}

TEST_CASE("Nothing is said to listen when the database refuses who comes") {
  const RealServers servers;
  NotifierProcess refused{{"all"}, servers.settings({{"MYSQL_PASSWORD", "wrong-word"}})};
  CHECK(refused.wait_for_exit() == 1);
  CHECK_THAT(refused.output(), ContainsSubstring("MYSQL_PASSWORD") && !ContainsSubstring("listens on") &&
                                   !ContainsSubstring("started") && !ContainsSubstring("wrong-word"));
}

TEST_CASE("A data folder without rights to it is told by every command that needs it, and with status 2") {
  const TemporaryFolder folder;
  const std::string data = folder.path() + "/data";
  {
    NotifierProcess all{{"all"}, embedded_settings(folder)};
    static_cast<void>(all.port());
    all.signal(SIGTERM);
    REQUIRE(all.wait_for_exit() == 0);
  }
  const Environment settings{{"DATA_DIR", data}, {"API_PORT", "0"}};
  const auto check_refusal = [](const std::vector<std::string>& command, const Environment& environment,
                                const std::string& what) {
    const FinishedCommand refused = ForbiddenPath::run(command, environment);
    CAPTURE(command, refused.output);
    CHECK(refused.exit_status == 2);
    CHECK_THAT(refused.output, ContainsSubstring("notifier: DATA_DIR: cannot " + what) &&
                                   ContainsSubstring(": Permission denied. It belongs to ") &&
                                   ContainsSubstring("set DATA_DIR to another folder.") && !ContainsSubstring("listens on"));
  };
  const std::vector<std::vector<std::string>> commands_that_write{
      {"all"}, {"migrate"}, {"purge"}, {"config", "--check"}, {"config", "--check", "all"}};
  {
    const ForbiddenPath forbidden{data};
    for (const auto& command : commands_that_read) check_refusal(command, settings, "look into " + data);
    for (const auto& command : commands_that_write) check_refusal(command, settings, "look into " + data);
    // Nothing of it is needed.
    CHECK(ForbiddenPath::run({"config"}, settings).exit_status == 0);
  }
  {
    const ForbiddenPath forbidden{data, S_IRUSR | S_IXUSR | S_IXOTH | S_IROTH};
    for (const auto& command : commands_that_write) check_refusal(command, settings, "write to " + data);
    const Environment below{{"DATA_DIR", data + "/new"}, {"API_PORT", "0"}};
    for (const auto& command : commands_that_write) {
      const bool makes_it = command.front() != "purge";
      if (makes_it) check_refusal(command, below, "make " + data + "/new in " + data);
    }
    for (const char* command : {"list", "purge"}) {
      CHECK_THAT(ForbiddenPath::run({command}, below).output, ContainsSubstring("there is no database"));
    }
  }
  const std::string database = data + "/notifications.db";
  {
    const ForbiddenPath forbidden{database};
    for (const auto& command : commands_that_read) check_refusal(command, settings, "read " + database);
    for (const auto& command : commands_that_write) check_refusal(command, settings, "write to " + database);
  }
}

TEST_CASE("migrate says at once that it waits for the database, and a signal ends that") {
  NotifierProcess migrate{{"migrate"},
                          {{"MYSQL_HOST", "127.0.0.1"}, {"MYSQL_PORT", std::to_string(free_port())}, {"MYSQL_USER", "u"}}};
  REQUIRE(wait_until([&] { return migrate.output().contains("migrate waits until the database can be used"); }));
  CHECK_THAT(migrate.output(), ContainsSubstring("Connection refused"));
  migrate.signal(SIGTERM);
  CHECK(migrate.wait_for_exit() == 1);
  CHECK_THAT(migrate.output(), ContainsSubstring("nothing was changed"));
  CHECK(lines_with("migrate waits", migrate.output()) == 1);
}

TEST_CASE("A variable that was meant for a setting is warned of, once and without its value") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder, {{"MYSQL_HSOT", "secret-word"}})};
  static_cast<void>(all.port());
  CHECK(lines_with("the environment has MYSQL_HSOT, which sets nothing: is MYSQL_HOST meant?", all.output()) == 1);
  CHECK_THAT(all.output(), !ContainsSubstring("secret-word"));
}
