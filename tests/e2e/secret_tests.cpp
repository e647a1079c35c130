#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <string>

#include "support/notifier_process.hpp"
#include "support/test_servers.hpp"

using namespace notifier::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Matches;

TEST_CASE("secret prints a new secret each time, and nothing else, that signs webhooks") {
  const FinishedCommand first = run_command({"secret"}, {});
  CHECK(first.exit_status == 0);
  CHECK_THAT(first.output, Matches("whsec_[A-Za-z0-9+/]{43}=\n"));
  CHECK(run_command({"secret"}, {}).output != first.output);

  const TemporaryFolder folder;
  std::ofstream{folder.path() + "/secret"} << first.output;
  std::ofstream{folder.path() + "/notifier.toml"}
      << "[senders.s]\ntype = \"webhook\"\nurl = \"https://example.com\"\nsecrets-file = \"" << folder.path()
      << "/secret\"\n[routes.r]\nevents = \"*\"\nsenders = \"s\"\n";
  const FinishedCommand check = run_command({"--config", folder.path() + "/notifier.toml", "config", "--check"}, {});
  CHECK(check.output == "configuration is valid\n");
}

TEST_CASE("A webhook without a secret is told where to get one") {
  const TemporaryFolder folder;
  std::ofstream{folder.path() + "/notifier.toml"} << "[senders.s]\ntype = \"webhook\"\nurl = \"https://example.com\"\n";
  const FinishedCommand check = run_command({"--config", folder.path() + "/notifier.toml", "config", "--check"}, {});
  CHECK(check.exit_status == 2);
  CHECK_THAT(check.output, ContainsSubstring("needs secrets-file") && ContainsSubstring("'notifier secret' makes them"));
}

TEST_CASE("secret api-key prints a new key that may be used on any address") {
  const FinishedCommand key = run_command({"secret", "api-key"}, {});
  CHECK(key.exit_status == 0);
  CHECK_THAT(key.output, Matches("[0-9a-f]{32}\n"));
  CHECK(run_command({"secret", "api-key"}, {}).output != key.output);
  CHECK(run_command({"config", "--check"}, {{"API_KEY", key.lines().front()}, {"API_HOST", "0.0.0.0"}}).exit_status == 0);
}

TEST_CASE("secret says how it is used, and refuses other uses") {
  const FinishedCommand help = run_command({"secret", "--help"}, {});
  CHECK(help.exit_status == 0);
  CHECK_THAT(help.output, ContainsSubstring("secrets-file") && ContainsSubstring("notifier secret api-key"));
  CHECK(run_command({"secret", "webhook"}, {}).output.starts_with("whsec_"));
  CHECK(run_command({"secret", "password"}, {}).exit_status == 2);
}
