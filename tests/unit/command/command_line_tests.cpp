#include "command/command_line.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "command/settings_table.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("Defaults are those of the documentation") {
  const auto invocation = read_command_line({"all"});
  REQUIRE(invocation);
  CHECK(invocation->command == Command::all);
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
  for (std::string line; std::getline(stream, line);) {
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
