#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "cli/list.hpp"
#include "cli/send.hpp"
#include "cli/settings/settings_table.hpp"
#include "cli/subcommands.hpp"
#include "support/test_servers.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;

namespace {

template <typename Options>
void parse(void (*add_options)(CLI::App&, Options&), Options& options, std::vector<std::string> arguments) {
  CLI::App parser;
  add_options(parser, options);
  std::ranges::reverse(arguments);
  parser.parse(arguments);
}

std::string help_of(std::vector<std::string> command) {
  command.emplace_back("--help");
  const auto help = read_command_line(command);
  REQUIRE_FALSE(help);
  REQUIRE(help.error().exit_status == 0);
  return help.error().text;
}

/// The words behind `notifier` in a line for a shell, up to where its output goes.
std::vector<std::string> arguments_in(const std::string& line) {
  static const std::regex word{R"--("([^"]*)"|'([^']*)'|([^\s()]+))--"};
  std::vector<std::string> words;
  bool is_argument = false;
  for (std::sregex_iterator at{line.begin(), line.end(), word}; at != std::sregex_iterator{}; ++at) {
    const std::string text = (*at)[1].str() + (*at)[2].str() + (*at)[3].str();
    if (is_argument && (text == "|" || text == ">")) break;
    if (is_argument) words.push_back(text);
    is_argument = is_argument || text == "notifier";
  }
  return words;
}

/// Each must be understood, whether or not the files that it names are here.
void check_examples(const std::vector<std::string>& command) {
  std::istringstream help{help_of(command)};
  std::size_t examples = 0;
  std::string line;
  while (std::getline(help, line) && line != "Examples:") continue;
  for (; std::getline(help, line) && line.starts_with("  "); ++examples) {
    CAPTURE(command, line);
    const std::vector<std::string> arguments = arguments_in(line);
    CHECK(std::ranges::search(arguments, command).begin() != arguments.end());
    const auto invocation = read_command_line(arguments);
    if (!invocation) CHECK_THAT(invocation.error().text, !ContainsSubstring(" --help'"));
  }
  CAPTURE(command);
  CHECK(examples > 0);
}

}  // namespace

TEST_CASE("Defaults are those of the documentation") {
  const auto invocation = read_command_line({"all"});
  REQUIRE(invocation);
  CHECK(invocation->subcommand == "all");
  const Settings& settings = invocation->settings;
  CHECK(settings.api.host == "127.0.0.1");
  CHECK(settings.api.port == 3005);
  CHECK(settings.consumer.health_port == 3006);
  CHECK(settings.retry.max_retries == 3);
  CHECK(settings.retry.delays ==
        std::vector<std::chrono::milliseconds>{std::chrono::seconds{1}, std::chrono::seconds{5}, std::chrono::seconds{30}});
  CHECK(settings.shutdown_grace == std::chrono::seconds{30});
  CHECK(settings.claim_duration() > 2 * settings.sender.deadline);
}

TEST_CASE("An address of IPv6 to listen on may be in brackets") {
  const auto invocation = read_command_line({"all", "--api-host=[::1]", "--health-host=[::]"});
  REQUIRE(invocation);
  CHECK(invocation->settings.api.host == "::1");
  CHECK(invocation->settings.consumer.health_host == "::");
  CHECK_FALSE(read_command_line({"all", "--api-host=[127.0.0.1]"}));
}

TEST_CASE("Durations take units and nothing else") {
  CHECK(read_command_line({"all", "--retry-delays", "250ms, 2s,1m"})->settings.retry.delays ==
        std::vector<std::chrono::milliseconds>{std::chrono::milliseconds{250}, std::chrono::seconds{2},
                                               std::chrono::minutes{1}});
  for (const char* wrong : {"", "5", "5 parsecs", "-5s", "1e3s", "99999999999999999999s", "0s,1s", "1s,,2s", "25h"}) {
    CAPTURE(wrong);
    const auto refused = read_command_line({"all", std::string{"--retry-delays="} + wrong});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().exit_status == 2);
  }
}

TEST_CASE("Sizes take bytes or units, within limits") {
  const auto budget = [](const std::string& text) { return read_command_line({"all", "--memory-budget=" + text}); };
  CHECK(budget("64MiB")->settings.consumer.memory_budget == 64U * 1024 * 1024);
  CHECK(budget("2GB")->settings.consumer.memory_budget == 2'000'000'000U);
  CHECK(budget("1500000")->settings.consumer.memory_budget == 1'500'000U);
  for (const char* wrong : {"64", "64M", "64 MiB", "-1MiB", "0", "1.5GiB", "99999999999999999999", "99999999999GiB"}) {
    CAPTURE(wrong);
    const auto refused = budget(wrong);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text, ContainsSubstring("MEMORY_BUDGET") && ContainsSubstring("MiB"));
  }
}

TEST_CASE("Retention is given in days, or forever, but not so short that what comes again is not known") {
  const auto invocation = read_command_line({"purge", "--dry-run", "--retention-sent=90d", "--retention-dead=0s"});
  REQUIRE(invocation);
  CHECK(invocation->settings.retention.sent == std::chrono::days{90});
  CHECK_FALSE(kept_for(invocation->settings.retention, RetentionCategory::dead_letters));
  CHECK_FALSE(kept_for(invocation->settings.retention, RetentionCategory::payloads));
  const auto refused = read_command_line({"all", "--retention-sent", "59m"});
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().text, ContainsSubstring("RETENTION_SENT"));
  // A copy may wait as long as a provider asks, and is known by the row when it comes.
  const auto too_short = read_command_line({"all", "--retention-dead", "24h", "--longest-retry-after", "24h"});
  REQUIRE_FALSE(too_short);
  CHECK_THAT(too_short.error().text, ContainsSubstring("Give RETENTION_DEAD at least 25h"));
  CHECK(read_command_line({"all", "--retention-sent", "25h", "--longest-retry-after", "24h"}));
  CHECK_FALSE(read_command_line({"all", "--retention-payload", "99999d"}));
  CHECK_FALSE(read_command_line({"all", "--send-deadline", "30d"}));
}

TEST_CASE("What is to be sent, and how, is told by the subcommand's own options") {
  SendOptions options;
  parse(add_send_options, options,
        {"-", "--url", "https://example.com", "--patience=5m", "--run", "daily", "--connections", "4"});
  CHECK(options.file == "-");
  CHECK(options.url == "https://example.com");
  CHECK(options.patience == std::chrono::minutes{5});
  CHECK(options.run == "daily");
  CHECK(options.connections == 4);
}

TEST_CASE("A subcommand may have options of its own, which stand behind its name") {
  const notifier::testing::TemporaryFolder folder;
  const std::string key_file = folder.path() + "/key";
  std::ofstream{key_file} << "key";
  const auto invocation = read_command_line({"send", "-", "--url", "https://example.com", "--patience=5m", "--run", "daily",
                                             "--connections", "4", "--api-key-file", key_file});
  REQUIRE(invocation);
  CHECK(invocation->subcommand == "send");
  CHECK(invocation->settings.api.key_for(Role::ingest) == "key");

  const auto refused = [](std::vector<std::string> options) {
    options.insert(options.begin(), "send");
    const auto result = read_command_line(options);
    REQUIRE_FALSE(result);
    CHECK(result.error().exit_status == 2);
    return result.error().text;
  };
  CHECK_THAT(refused({}), ContainsSubstring("FILE"));
  CHECK_THAT(refused({"-", "--url", "example.com"}), ContainsSubstring("--url"));
  CHECK_THAT(refused({"-", "--patience", "5"}), ContainsSubstring("--patience"));
  CHECK_THAT(refused({"-", "--connections", "257"}), ContainsSubstring("--connections"));
  CHECK_THAT(refused({"-"}), ContainsSubstring("API_KEY is missing"));
}

TEST_CASE("Keys with roles are taken from a file, and a wrong entry is named without its key") {
  const notifier::testing::TemporaryFolder folder;
  const std::string file = folder.path() + "/keys";
  const auto read = [&](const std::string& entries) {
    std::ofstream{file} << entries;
    return read_command_line({"all", "--api-keys-file", file});
  };
  const auto invocation = read("shop:ingest:first, operator:read+admin:second");
  REQUIRE(invocation);
  const ApiSettings& api = invocation->settings.api;
  CHECK(api.all_keys().size() == 2);
  CHECK(api.key_for(Role::ingest) == "first");
  CHECK(api.key_for(Role::admin) == "second");
  for (const char* wrong : {"shop:ingest:secret-word,operator:boss:secret-word", "shop:ingest:secret-word,shop:read:other",
                            "shop:ingest:secret-word,operator:read:secret-word"}) {
    CAPTURE(wrong);
    const auto refused = read(wrong);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().exit_status == 2);
    CHECK_THAT(refused.error().text, !ContainsSubstring("secret-word"));
  }
}

TEST_CASE("The encoding that an editor chose does not become part of a secret") {
  const notifier::testing::TemporaryFolder folder;
  const std::string file = folder.path() + "/key";
  const auto read = [&](const std::string& bytes) {
    std::ofstream{file, std::ios::binary} << bytes;
    return read_command_line({"all", "--api-key-file", file});
  };
  const auto marked = read("\xEF\xBB\xBFsecret-word\r\n");
  REQUIRE(marked);
  CHECK(marked->settings.api.key_for(Role::ingest) == "secret-word");
  const auto wide = read(std::string{"\xFF\xFEk\0e\0y\0", 8});
  REQUIRE_FALSE(wide);
  CHECK_THAT(wide.error().text, ContainsSubstring("which is UTF-16: save it as UTF-8"));
}

TEST_CASE("A key that can be guessed is refused where others than this machine can try it") {
  const notifier::testing::TemporaryFolder folder;
  const std::string file = folder.path() + "/keys";
  const auto read = [&](const std::string& key, const std::string& host) {
    std::ofstream{file} << "shop:ingest:" << key;
    return read_command_line({"all", "--api-keys-file", file, "--api-host", host});
  };
  for (const char* host : {"0.0.0.0", "::", "192.0.2.1", "notifier.example.com"}) {
    CAPTURE(host);
    const auto refused = read("1234567", host);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().exit_status == 2);
    CHECK_THAT(refused.error().text, ContainsSubstring("'shop'") && !ContainsSubstring("1234567"));
    CHECK(read("12345678", host));
  }
  for (const char* host : {"127.0.0.1", "::1", "localhost"}) CHECK(read("k", host));
}

TEST_CASE("Secrets are refused as flags without being repeated") {
  for (const char* flag : {"--api-key", "--mysql-password", "--rabbitmq-url"}) {
    const auto refused = read_command_line({"all", flag, "secret-word"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().exit_status == 2);
    CHECK_THAT(refused.error().text, ContainsSubstring("_FILE") && !ContainsSubstring("secret-word"));
  }
}

TEST_CASE("The annotated reference configuration names every setting with its default") {
  std::ifstream stream{NOTIFIER_CONFIG_FOLDER "/notifier.toml"};
  REQUIRE(stream);
  static const std::regex assignment{R"re(^#?\s*([a-z-]+) = "?([^"#]*)"?.*$)re"};
  std::map<std::string, std::string> documented;
  std::smatch match;
  for (std::string line; std::getline(stream, line) && !line.starts_with("# [");) {
    if (std::regex_match(line, match, assignment)) documented[match[1]] = match[2];
  }
  std::set<std::string> known;
  for (const Setting& setting : settings_table()) {
    CAPTURE(setting.flag);
    known.insert(setting.flag);
    REQUIRE(documented.contains(setting.flag));
    if (!setting.show(Settings{}).empty()) CHECK(documented[setting.flag] == setting.show(Settings{}));
  }
  for (const auto& [flag, value] : documented) {
    CAPTURE(flag);
    CHECK(known.contains(flag));
  }
}

TEST_CASE("The help of each command has examples, and each can be run") {
  for (const Subcommand* const known : subcommands) {
    check_examples({known->name});
    CLI::App parser;
    known->prepare(parser);
    for (const CLI::App* const action : parser.get_subcommands([](const CLI::App*) { return true; })) {
      check_examples({known->name, action->get_name()});
    }
  }
}

TEST_CASE("What is to be listed is told by the subcommand's own options") {
  ListOptions options;
  parse(add_list_options, options,
        {"--status", "FAILED_DLQ", "--event-type=shipped", "--recipient", "a@example.com", "--since", "2026-01-01",
         "--limit", "7", "--json"});
  CHECK(options.filter.status == NotificationStatus::failed_dlq);
  CHECK(options.filter.event_type == "shipped");
  CHECK(options.filter.recipient == "a@example.com");
  CHECK(options.filter.since.has_value());
  CHECK_FALSE(options.filter.until.has_value());
  CHECK(options.limit == 7);
  CHECK(options.json);

  const auto invocation = read_command_line({"list", "--limit", "7", "--data-dir", "/data"});
  REQUIRE(invocation);
  CHECK(invocation->subcommand == "list");
  CHECK(invocation->settings.data_dir == "/data");
}

TEST_CASE("The case of letters does not matter where one of some words is chosen") {
  ListOptions options;
  parse(add_list_options, options, {"--status", "failed_Dlq"});
  CHECK(options.filter.status == NotificationStatus::failed_dlq);
  using Arguments = std::vector<std::string>;
  for (const Arguments& right : {Arguments{"dead-letters", "list", "--reason", "RETRIES_EXHAUSTED"},
                                 Arguments{"dead-letters", "list", "--state", "dead"}, Arguments{"healthcheck", "API"},
                                 Arguments{"secret", "Webhook"}}) {
    CAPTURE(right);
    CHECK(read_command_line(right));
  }
}

TEST_CASE("A list or a status that cannot be meant is refused") {
  using Arguments = std::vector<std::string>;
  for (const Arguments& wrong :
       {Arguments{"status"}, Arguments{"status", "e1", "e2"}, Arguments{"list", "e1"}, Arguments{"list", "--status", "gone"},
        Arguments{"list", "--limit", "0"}, Arguments{"list", "--limit", "1000001"},
        Arguments{"list", "--since", "yesterday"}, Arguments{"list", "--since", "1h", "--until", "2h"},
        Arguments{"summary", "--until", "-1h"}, Arguments{"dead-letters", "list", "--since", "12:00"},
        Arguments{"list", "--recipient", ""}, Arguments{"all", "--status", "SENT"}}) {
    CAPTURE(wrong);
    const auto refused = read_command_line(wrong);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().exit_status == 2);
  }
}
