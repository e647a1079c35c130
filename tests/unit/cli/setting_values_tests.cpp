#include "cli/settings/setting_values.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "cli/command_line.hpp"
#include "support/test_servers.hpp"
#include "unit/cli/config_file_under_test.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;
using notifier::testing::faults_of;
using notifier::testing::settings_of;
using notifier::testing::TemporaryFolder;

namespace {

std::string refusal_of(const std::vector<std::string>& arguments) {
  const auto refused = read_command_line(arguments);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit_status == 2);
  return refused.error().text;
}

std::string webhook_with(const std::string& url, const std::string& more = {}) {
  return "[senders.s]\ntype = \"webhook\"\nurl = \"" + url + "\"\nsecrets = [\"whsec_c2VjcmV0\"]\n" + more +
         "[routes.r]\nevents = \"*\"\nsenders = \"s\"\n";
}

}  // namespace

TEST_CASE("White space around a value that nobody sees is told, and shown where it ends lines") {
  for (const char* flag : {"--mysql-host", "--mysql-user", "--mysql-database", "--data-dir", "--template-dir"}) {
    CAPTURE(flag);
    CHECK_THAT(refusal_of({"config", flag, "name "}), ContainsSubstring("has white space at its beginning or end"));
  }
  CHECK_THAT(refusal_of({"config", "--mysql-user", " shop\r"}),
             ContainsSubstring(R"(MYSQL_USER (mysql-user): ' shop\r' has)"));
  CHECK_THAT(refusal_of({"config", "--log-level", "info\r"}), ContainsSubstring(R"('info\r' is not known)"));
  const std::string url = faults_of("rabbitmq-url = \"amqp://u:Xq7Zw9@h \"\n");
  CHECK_THAT(url,
             ContainsSubstring("FILE:1:16: RABBITMQ_URL (rabbitmq-url): has white space") && !ContainsSubstring("Xq7Zw9"));
  CHECK(settings_of("mysql-user = \"the shop\"\n").mysql.user == "the shop");
}

TEST_CASE("A host to listen on is an address or a name, never nothing, which would be all addresses") {
  for (const char* host : {"x y", "./rel", "http://0.0.0.0", "0.0.0.0:3005", "[127.0.0.1]", " localhost", "localhost\r"}) {
    CAPTURE(host);
    CHECK_THAT(refusal_of({"config", std::string{"--api-host="} + host}), ContainsSubstring("API_HOST (api-host): "));
    CHECK_THAT(refusal_of({"config", std::string{"--health-host="} + host}),
               ContainsSubstring("HEALTH_HOST (health-host): "));
  }
  CHECK_THAT(faults_of("api-host = \"\"\n"), ContainsSubstring("FILE:1:12: API_HOST (api-host): '' is no address"));
  for (const char* host : {"0.0.0.0", "::", "fe80::1%1", "localhost", "my_host-1.example.com"}) {
    CAPTURE(host);
    CHECK(read_command_line({"config", std::string{"--api-host="} + host}));
  }
}

TEST_CASE("A server of the database is a host with or without a port, and a database has a name") {
  for (const char* host : {"x y", "http://db", "db/notifications", "user@db"}) {
    CAPTURE(host);
    CHECK_THAT(faults_of("mysql-host = \"" + std::string{host} + "\"\nmysql-user = \"u\"\n"),
               ContainsSubstring("FILE:1:14: MYSQL_HOST: "));
  }
  CHECK_THAT(faults_of("mysql-host = \"db\"\nmysql-user = \"u\"\nmysql-database = \"\"\n"),
             ContainsSubstring("FILE:3:18: MYSQL_DATABASE is empty"));
}

TEST_CASE("A secret's file that is empty is named with its setting and what to do") {
  const TemporaryFolder folder;
  const std::string file = folder.path() + "/secret";
  for (const char* content : {"", "\n", " \r\n\t\n"}) {
    std::ofstream{file} << content;
    CHECK(refusal_of({"all", "--api-key-file", file}) ==
          "API_KEY_FILE (api-key-file): names the file '" + file +
              "', which is empty: write a key into it, 'notifier secret api-key' makes one.");
    CHECK_THAT(refusal_of({"all", "--api-keys-file", file}), ContainsSubstring("'notifier secret api-key'"));
    // It would be the embedded broker, or no password, without a word.
    CHECK_THAT(refusal_of({"all", "--rabbitmq-url-file", file}), ContainsSubstring("RABBITMQ_URL_FILE out"));
    CHECK_THAT(refusal_of({"all", "--mysql-password-file", file}), ContainsSubstring("MYSQL_PASSWORD_FILE out"));
    CHECK(faults_of("[senders.s]\ntype = \"webhook\"\nurl = \"https://example.com\"\nsecrets-file = \"" + file +
                    "\"\n[routes.r]\nevents = \"*\"\nsenders = \"s\"\n") ==
          "FILE:4:16: [senders.s] secrets-file: names the file '" + file +
              "', which is empty: write the secrets into it, one a line; 'notifier secret' makes one.");
    CHECK(
        faults_of("[senders.s]\ntype = \"smtp\"\nhost = \"h\"\nfrom = \"a@example.com\"\nuser = \"u\"\npassword-file = \"" +
                  file + "\"\n[routes.r]\nevents = \"*\"\nsenders = \"s\"\ntemplate = \"t\"\n") ==
        "FILE:6:17: [senders.s] password-file: names the file '" + file +
            "', which is empty: write the password into it, or leave user and password-file out.");
  }
}

TEST_CASE("A file that cannot be read is named with the system's words") {
  CHECK_THAT(refusal_of({"all", "--api-key-file", "/no/such"}),
             ContainsSubstring("'/no/such', which cannot be read (No such file or directory)"));
  const TemporaryFolder folder;
  CHECK_THAT(refusal_of({"all", "--api-key-file", folder.path()}), ContainsSubstring("cannot be read (Is a directory)"));
  CHECK_THAT(refusal_of({"--config", folder.path(), "all"}), ContainsSubstring("cannot be read (Is a directory)"));
}

TEST_CASE("Text with commas in place of an array is told as what it should be, but for secrets") {
  const auto fault_with = [](const std::string& line) {
    return faults_of(webhook_with("https://example.com", line + "\n"));
  };
  CHECK(fault_with("retry-delays = \"1s, 5s\"") ==
        R"(FILE:5:16: [senders.s] retry-delays: several are an array: write ["1s", "5s"].)");
  CHECK(fault_with("allow = \"10.0.0.0/8,fd00::/8\"") ==
        R"(FILE:5:9: [senders.s] allow: several are an array: write ["10.0.0.0/8", "fd00::/8"].)");
  CHECK(fault_with("final = \"400,422\"") == R"(FILE:5:9: [senders.s] final: several are an array: write ["400", "422"].)");
  CHECK_THAT(fault_with("retry-delays = 5"), ContainsSubstring(R"(like "30s" or ["1s", "5s", "30s"], not a number)"));
  CHECK_THAT(
      fault_with("retry-delays = [\"1s\", \"soon\"]"),
      ContainsSubstring(R"('soon' is not a duration from 1ms to 24h: give one to ten, for example ["1s", "5s", "30s"])"));
  const std::string secrets = faults_of(
      "[senders.s]\ntype = \"webhook\"\nurl = \"https://example.com\"\nsecrets = \"whsec_Xq7Zw9,whsec_b\"\n"
      "[routes.r]\nevents = \"a,b\"\nsenders = \"s,t\"\n");
  CHECK_THAT(secrets, ContainsSubstring("FILE:4:11: [senders.s] secrets: several are an array: ") &&
                          ContainsSubstring(R"(events: several are an array: write ["a", "b"])") &&
                          ContainsSubstring(R"(senders: several are an array: write ["s", "t"])") &&
                          !ContainsSubstring("Xq7Zw9"));
}

TEST_CASE("An array in place of text with commas is told as what it should be") {
  CHECK(
      faults_of("retry-delays = [\"1s\", \"5s\"]\n") ==
      R"(FILE:1:1: RETRY_DELAYS (retry-delays): give durations in quotes, separated by commas, like "1s,5s,30s", not an array.)");
  CHECK_THAT(faults_of("api-key = [\"Xq7Zw9\"]\n"),
             ContainsSubstring("give keys in quotes, separated by commas, not an array") && !ContainsSubstring("Xq7Zw9"));
  CHECK_THAT(faults_of("mysql-host = [\"a\"]\n"), ContainsSubstring("several separated by commas, not an array"));
  CHECK_THAT(faults_of("retry-delays = \"1s,soon\"\n"),
             ContainsSubstring("'soon' is not a duration from 1ms to 24h: give one to ten, for example 1s,5s,30s."));
}

TEST_CASE("A webhook's address that nothing could ever be sent to is a fault, however it is written") {
  for (const std::string host :
       {"10.0.0.7", "127.0.0.1:8080", "2130706433", "0x7f.1", "[::1]", "[fd00::7]", "[::ffff:10.0.0.7]", "localhost",
        "LOCALHOST:9000", "hooks.localhost", "169.254.169.254", "0.0.0.0"}) {
    CAPTURE(host);
    CHECK_THAT(faults_of(webhook_with("http://" + host + "/Xq7Zw9")),
               ContainsSubstring("FILE:3:7: [senders.s] url: nothing would ever be sent to ") &&
                   ContainsSubstring("WEBHOOK_ALLOW") && !ContainsSubstring("Xq7Zw9"));
  }
  CHECK_THAT(faults_of(webhook_with("http://10.0.0.7/")), ContainsSubstring(R"(allow = ["10.0.0.7/32"])"));
  CHECK_THAT(faults_of(webhook_with("http://localhost/")), ContainsSubstring(R"(allow = ["127.0.0.1/32", "::1/128"])"));
  CHECK_THAT(faults_of(webhook_with("http://10.0.0.7/", "allow = [\"10.1.0.0/16\"]\n")), ContainsSubstring("10.0.0.7"));
}

TEST_CASE("A webhook's address that is public or permitted is none, nor a name that has to be looked up") {
  for (const std::string host : {"8.8.8.8", "[2606:4700::1]", "intranet", "localhost.example.com", "no-such.invalid"}) {
    CAPTURE(host);
    CHECK(settings_of(webhook_with("http://" + host + "/")).routing.senders.size() == 1);
  }
  CHECK(settings_of(webhook_with("http://10.0.0.7/", "allow = [\"10.0.0.0/8\"]\n")).routing.senders.size() == 1);
  CHECK(settings_of("webhook-allow = \"10.0.0.0/8\"\n" + webhook_with("http://10.0.0.7/")).routing.senders.size() == 1);
  for (const char* network : {"127.0.0.0/8", "::1/128"}) {
    CHECK(settings_of(webhook_with("http://localhost/", "allow = [\"" + std::string{network} + "\"]\n"))
              .routing.senders.size() == 1);
  }
}

TEST_CASE("An address of a sender of mail whose brackets do not close is told as that") {
  const auto fault_of = [](const std::string& from) {
    return faults_of("[senders.s]\ntype = \"smtp\"\nhost = \"h\"\nfrom = \"" + from +
                     "\"\n[routes.r]\nevents = \"*\"\nsenders = \"s\"\ntemplate = \"t\"\n");
  };
  CHECK(fault_of("News <news@example.com") ==
        "FILE:4:8: [senders.s] from: the address begins with < and has no > at its end: give \"Name <address>\" or "
        "\"address\".");
  CHECK_THAT(fault_of("<news@example.com"), ContainsSubstring("has no > at its end"));
  CHECK_THAT(fault_of("news@example.com>"), ContainsSubstring("ends with > and has no <"));
  CHECK_THAT(fault_of("News <news@example.com> x"), ContainsSubstring("there is text behind the >"));
}
