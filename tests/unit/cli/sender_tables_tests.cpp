#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include "cli/command_line.hpp"
#include "support/test_servers.hpp"
#include "unit/cli/config_file_under_test.hpp"
#include "unit/cli/routing_tables_under_test.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;
using notifier::testing::ConfigFileUnderTest;
using notifier::testing::faults_of;
using notifier::testing::routing_of;
using notifier::testing::with_route;

TEST_CASE("A mail server needs host and address alone, and its port follows from its TLS") {
  const auto port_with = [](const std::string& more) {
    const auto routing =
        routing_of(with_route("[senders.s]\ntype = \"smtp\"\nhost = \"localhost\"\nfrom = \"a@example.com\"\n" + more));
    return std::get<SmtpSettings>(routing.senders.front().kind).port;
  };
  CHECK(port_with("") == 587);
  CHECK(port_with("tls = \"implicit\"\n") == 465);
  CHECK(port_with("tls = \"none\"\n") == 25);
  CHECK(port_with("port = 1025\ntls = \"none\"\n") == 1025);
}

TEST_CASE("Secrets of senders are taken from files") {
  const notifier::testing::TemporaryFolder folder;
  std::ofstream{folder.path() + "/password"} << "secret #word\n";
  std::ofstream{folder.path() + "/secrets"} << "whsec_bmV3\r\n\nwhsec_b2xk\n";
  const auto mail =
      routing_of(with_route("[senders.s]\ntype = \"smtp\"\nhost = \"h\"\nfrom = \"a@example.com\"\nuser = \"u\"\n"
                            "password-file = \"" +
                            folder.path() + "/password\"\n"));
  CHECK(std::get<SmtpSettings>(mail.senders.front().kind).password == "secret #word");
  const auto hook =
      routing_of(with_route("[senders.s]\ntype = \"webhook\"\nurl = \"https://example.com\"\n"
                            "secrets-file = \"" +
                            folder.path() + "/secrets\"\n"));
  CHECK(std::get<WebhookSettings>(hook.senders.front().kind).secrets ==
        std::vector<std::string>{"whsec_bmV3", "whsec_b2xk"});
}

TEST_CASE("What is wrong with a sender is said with its table and key") {
  const auto fault_of = [](const std::string& keys) { return faults_of(with_route("[senders.s]\n" + keys)); };
  CHECK_THAT(fault_of(""), ContainsSubstring("[senders.s] needs type"));
  CHECK_THAT(fault_of("type = \"pigeon\"\n"), ContainsSubstring("[senders.s] type: 'pigeon'") && ContainsSubstring("smtp"));

  const std::string smtp = "type = \"smtp\"\nhost = \"h\"\nfrom = \"a@example.com\"\n";
  CHECK_THAT(fault_of("type = \"smtp\"\n"), ContainsSubstring("needs host") && ContainsSubstring("needs from"));
  CHECK_THAT(fault_of("type = \"smtp\"\nhost = \"\"\nfrom = \"a@example.com\"\n"), ContainsSubstring("needs host"));
  CHECK_THAT(fault_of("type = \"smtp\"\nhost = \"h\"\nfrom = \"Shop <shop>\"\n"),
             ContainsSubstring("[senders.s] from: the address has no @: give"));
  CHECK_THAT(fault_of(smtp + "port = 0\n"), ContainsSubstring("[senders.s] port: '0'"));
  CHECK_THAT(fault_of(smtp + "port = [1, 2]\n"), ContainsSubstring("[senders.s] port: give a whole number, not an array"));
  CHECK_THAT(fault_of(smtp + "tls = \"off\"\n"), ContainsSubstring("[senders.s] tls: 'off'"));
  CHECK_THAT(fault_of(smtp + "url = \"http://x\"\n"), ContainsSubstring("unknown key 'url'") && ContainsSubstring("host"));
  CHECK_THAT(fault_of(smtp + "secret-word\n"), ContainsSubstring("not key = value") && !ContainsSubstring("secret-word"));
  CHECK_THAT(fault_of(smtp + "auth = \"kerberos\"\n"), ContainsSubstring("[senders.s] auth: 'kerberos'"));
  CHECK_THAT(fault_of(smtp + "helo = \"a b\"\n"), ContainsSubstring("[senders.s] helo: "));
  CHECK_THAT(fault_of(smtp + "pause = \"5\"\n"), ContainsSubstring("[senders.s] pause: '5' is not a duration"));
  CHECK_THAT(fault_of(smtp + "user = \"u\"\n"), ContainsSubstring("needs user and password-file"));
  CHECK_THAT(fault_of(smtp + "user = \"u\"\npassword-file = \"/nowhere\"\n"), ContainsSubstring("'/nowhere'"));
  const std::string twice = fault_of(smtp + "user = \"u\"\npassword = \"secret-word\"\npassword-file = \"/nowhere\"\n");
  CHECK_THAT(twice, ContainsSubstring("password and password-file") && !ContainsSubstring("secret-word"));

  CHECK_THAT(fault_of("type = \"smtp\"\nhost = \"m\u00e4il.example\"\nfrom = \"a@example.com\"\n"),
             ContainsSubstring("[senders.s] host: write an international name as xn--"));
  const std::string plain = "tls = \"none\"\nuser = \"u\"\npassword = \"secret-word\"\n";
  CHECK_THAT(fault_of(smtp + plain), ContainsSubstring("[senders.s] tls: 'none' would send the password in plain text"));
  const auto on_this_machine =
      routing_of(with_route("[senders.s]\ntype = \"smtp\"\nhost = \"127.0.0.1\"\nfrom = \"a@example.com\"\n" + plain));
  CHECK(std::get<SmtpSettings>(on_this_machine.senders.front().kind).tls == SmtpTls::none);

  const std::string webhook = "type = \"webhook\"\nurl = \"https://example.com\"\nsecrets = [\"whsec_c2VjcmV0\"]\n";
  CHECK_THAT(fault_of("type = \"webhook\"\n"), ContainsSubstring("needs url") && ContainsSubstring("needs secrets-file"));
  CHECK_THAT(fault_of("type = \"webhook\"\nsecrets = [\"whsec_c2VjcmV0\"]\nurl = \"https://b\u00fccher.example/\"\n"),
             ContainsSubstring("[senders.s] url: write an international host as xn--"));
  CHECK_THAT(fault_of(webhook + "deadline = \"1h\"\n"), ContainsSubstring("[senders.s] deadline: "));
  CHECK_THAT(fault_of(webhook + "deadline = \"0s\"\n"), ContainsSubstring("[senders.s] deadline: "));
  CHECK_THAT(fault_of(webhook + "retry = \"never\"\n"), ContainsSubstring("[senders.s] retry: 'never'"));
  CHECK_THAT(fault_of(webhook + "retry-delays = [\"1s\", \"25h\"]\n"), ContainsSubstring("[senders.s] retry-delays: "));
  CHECK_THAT(fault_of(webhook + "max-retries = 101\n"), ContainsSubstring("[senders.s] max-retries: '101'"));
  CHECK_THAT(fault_of(webhook + "allow = [\"10.0.0.0\"]\n"), ContainsSubstring("[senders.s] allow: '10.0.0.0'"));
  for (const char* url :
       {"example.com/secret-word", "ftp://secret-word", "https:///secret-word", "https://u:secret-word@h/"}) {
    const std::string fault =
        fault_of("type = \"webhook\"\nsecrets = [\"whsec_c2VjcmV0\"]\nurl = \"" + std::string{url} + "\"\n");
    CHECK_THAT(fault, ContainsSubstring("[senders.s] url: ") && !ContainsSubstring("secret-word"));
  }
  for (const std::string status : {"200", "gone", "600", "4xx"}) {
    CHECK_THAT(fault_of(webhook + "final = [\"" + status + "\"]\n"),
               ContainsSubstring("[senders.s] final: '" + status + "'"));
  }
  CHECK_THAT(fault_of("type = \"mock\"\nlatency = \"1h\"\n"), ContainsSubstring("SEND_DEADLINE"));
}

TEST_CASE("Only what sends needs to be able to read the senders' secrets") {
  const ConfigFileUnderTest file{
      "[senders.s]\ntype = \"webhook\"\nurl = \"https://example.com\"\nsecrets-file = \"/nowhere\"\n" +
      std::string{"[routes.r]\nevents = [\"*\"]\nsenders = [\"s\"]\n"}};
  CHECK_FALSE(file.read());
  CHECK(read_command_line({"--config", file.path(), "healthcheck"}));
}
