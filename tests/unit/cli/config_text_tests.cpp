#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <variant>

#include "cli/command_line.hpp"
#include "cli/settings/config_text.hpp"
#include "support/test_servers.hpp"
#include "unit/cli/config_file_under_test.hpp"
#include "unit/cli/routing_tables_under_test.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;
using notifier::testing::mock;
using notifier::testing::settings_of;
using notifier::testing::with_route;

TEST_CASE("Relative paths in the file begin in its folder, elsewhere in the working directory, and are shown as they are") {
  const notifier::testing::TemporaryFolder folder;
  std::ofstream{folder.path() + "/key"} << "key-of-a-file\n";
  std::ofstream{folder.path() + "/password"} << "secret-word\n";
  std::ofstream{folder.path() + "/notifier.toml"} << R"(api-key-file = "key"
template-dir = "./words"
mock-record = "sends"
rabbitmq-ca-file = "tls/ca.pem"
[senders.s]
type = "smtp"
host = "h"
from = "a@example.com"
user = "u"
password-file = "password"
ca-file = "../ca.pem"
[senders.m]
type = "mock"
record = "more"
[routes.r]
events = "*"
senders = ["s", "m"]
template = "t"
)";
  const auto invocation = read_command_line({"--config", folder.path() + "/notifier.toml", "config", "--data-dir", "data"});
  INFO((invocation ? "" : invocation.error().text));
  REQUIRE(invocation);
  const Settings& settings = invocation->settings;
  const std::filesystem::path here = std::filesystem::current_path();
  const std::filesystem::path there = folder.path();
  CHECK(settings.api.keys.front().key == "key-of-a-file");
  CHECK(settings.routing.template_dir == there / "words");
  CHECK(settings.sender.mock_record == there / "sends");
  CHECK(settings.rabbitmq.ca_file == there / "tls/ca.pem");
  CHECK(settings.data_dir == here / "data");
  CHECK(settings.mysql.ca_file.empty());
  const auto& smtp = std::get<SmtpSettings>(settings.routing.senders[0].kind);
  CHECK(smtp.password == "secret-word");
  CHECK(smtp.ca_file == there / "../ca.pem");
  CHECK(std::get<MockSettings>(settings.routing.senders[1].kind).record == there / "more");

  std::ostringstream shown;
  write_config(shown, settings);
  CHECK_THAT(shown.str(), ContainsSubstring("data-dir = \"" + (here / "data").string() + "\"\n"));
  std::ostringstream again;
  write_config(again, settings_of(shown.str()));
  CHECK(again.str() == shown.str());

  const auto defaults = read_command_line({"config"});
  REQUIRE(defaults);
  CHECK(defaults->settings.data_dir == here / "notifier-data");
  CHECK(defaults->settings.routing.template_dir == here / "templates");
}

TEST_CASE("What is printed says in words when each route retries") {
  const auto shown = [](const std::string& sender) {
    std::ostringstream text;
    write_config(text, settings_of(with_route(sender)));
    return text.str();
  };
  const std::string smtp = "[senders.s]\ntype = \"smtp\"\nhost = \"h\"\nfrom = \"a@example.com\"\n";
  CHECK_THAT(shown(smtp),
             ContainsSubstring("[routes.r]\n# transient failures are retried after 1m, 5m, 30m, 2h, 6h, 12h, 1d\n"));
  CHECK_THAT(shown(mock), ContainsSubstring("# transient failures are retried after 1s, 5s, 30s\n"));
  CHECK_THAT(shown(mock + "max-retries = 2\n"), ContainsSubstring("retried after 1s, 5s\n"));
  CHECK_THAT(shown(mock + "retry-delays = [\"1s\", \"5s\"]\nmax-retries = 9\n"),
             ContainsSubstring("retried after 1s, 5s, then every 5s, 9 times in all\n"));
  CHECK_THAT(shown(mock + "max-retries = 0\n"), ContainsSubstring("# transient failures are not retried\n"));
}

TEST_CASE("Tables are shown as they can be read again, without their secrets") {
  const Settings settings = settings_of(R"([senders.mail]
type = "smtp"
host = "mail.example.com"
from = '"Shop" <shop@example.com>'
user = "shop"
password = "secret-word"

[senders.hook]
type = "webhook"
url = "https://example.com/hook?token=secret-word"
secrets = ["whsec_secret-word"]
allow = ["10.0.0.0/8"]

[senders.nothing]
type = "mock"

[routes.people]
events = ["user_*"]
senders = ["mail", "nothing"]
template = "welcome"

[routes.systems]
events = ["*"]
senders = ["hook"]
)");
  const auto shown = [](const Settings& settings) {
    std::ostringstream text;
    write_config(text, settings);
    return text.str();
  };
  const std::string text = shown(settings);
  CHECK_THAT(text, !ContainsSubstring("secret-word"));
  CHECK_THAT(text, ContainsSubstring("[senders.hook]\ntype = \"webhook\"\nurl = \"https://example.com/********\"\n"
                                     "secrets = [\"********\"]\nallow = [\"10.0.0.0/8\"]\n"));
  CHECK(shown(settings_of(text)) == text);
}
