#include "cli/settings/config_file.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <regex>
#include <sstream>
#include <utility>
#include <variant>

#include "cli/settings/config_text.hpp"
#include "cli/settings/settings_table.hpp"
#include "unit/cli/config_file_under_test.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;
using notifier::testing::ConfigFileUnderTest;
using notifier::testing::faults_of;
using notifier::testing::settings_of;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string text_read_as(const std::string& value) { return settings_of("mysql-user = " + value + "\n").mysql.user; }

std::string written(const Settings& settings) {
  std::ostringstream text;
  write_config(text, settings);
  return text.str();
}

/// Has a password that is `Xq7Zw9`.
std::string fault_behind_secret(const std::string& more) {
  const std::string fault = faults_of("mysql-password = \"Xq7Zw9\"\n" + more);
  CHECK_THAT(fault, !ContainsSubstring("Xq7Zw9"));
  return fault;
}

}  // namespace

TEST_CASE("Text is read as TOML has it, in each of its four kinds of quotes") {
  for (const auto& [value, read] : Pairs{
           {R"("pa\\ss")", R"(pa\ss)"},
           {R"('pa\ss')", R"(pa\ss)"},
           {R"('pa\\ss')", R"(pa\\ss)"},
           {R"("a \"b\" 'c'")", R"(a "b" 'c')"},
           {R"('a "b"')", R"(a "b")"},
           {R"("a\t\u00e4\U0001F600")", "a\t\u00e4\U0001F600"},
           {"\"\u00e4\U0001F600\"", "\u00e4\U0001F600"},
           {R"("a # b" # c)", "a # b"},
           {"'a # b'", "a # b"},
           {R"("it's [a] {b} = c, d")", "it's [a] {b} = c, d"},
           {"\"\"\"a\"b # c\"\"\"", "a\"b # c"},
           {"\"\"\"\na\nb\"\"\"", "a\nb"},
           {"\"\"\"a \\\n   b\"\"\"", "a b"},
           {"'''a'b \\n # c'''", R"(a'b \n # c)"},
           {"'''\na\nb'''", "a\nb"},
           {"\"\"", ""},
           {"''", ""},
           {"\"\"\"\"\"\"", ""},
           {R"("123")", "123"},
           {R"("true")", "true"},
           {R"("[]")", "[]"},
           {R"("{}")", "{}"},
           {R"("++")", "++"},
       }) {
    CAPTURE(value);
    CHECK(text_read_as(value) == read);
  }
}

TEST_CASE("A file may have a byte order mark and the line ends of any system") {
  const Settings settings = settings_of(
      "\xEF\xBB\xBF# first\r\napi-port = 4444\r\nmysql-user = \"shop\"\r\n\r\n[senders.s]\r\ntype = 'mock'\r\n[routes.r]\r\n"
      "events = [\r\n  \"a\", # why\r\n]\r\nsenders = 's'");
  CHECK(settings.api.port == 4444);
  CHECK(settings.mysql.user == "shop");
  CHECK(settings.routing.routes.front().event_types == std::vector<std::string>{"a"});
}

TEST_CASE("Keys and tables may be written in each way that TOML has") {
  const std::string titles =
      "[senders.s]\ntype = \"mock\"\nlatency = \"5ms\"\n[routes.r]\nevents = [\"a\", \"b\"]\nsenders = [\"s\"]\n";
  for (const std::string& other : std::vector<std::string>{
           "[senders]\ns = { type = \"mock\", latency = \"5ms\" }\n"
           "[routes]\nr = { events = [\"a\", \"b\"], senders = [\"s\"] }\n",
           "senders = { s = { type = \"mock\", latency = \"5ms\" } }\n"
           "routes = { r = { events = [\"a\", \"b\"], senders = [\"s\"] } }\n",
           "senders.s.type = \"mock\"\nsenders . s . latency = \"5ms\"\n"
           "routes.r.events = [\"a\", \"b\"]\nroutes.r.senders = [\"s\"]\n",
           "[\"senders\".'s']\n\"type\" = \"mock\"\n'latency' = \"5ms\"\n"
           "[ routes . r ] # here\nevents = [\n  # first\n  \"a\",\n\n  'b', # last\n]\nsenders = [ \"s\" , ]\n",
           "[senders]\n[senders.s]\ntype = \"mock\"\nlatency = \"5ms\"\n"
           "[routes]\nr.events = [\"a\", \"b\"]\nr.senders = [\"s\"]\n",
       }) {
    CHECK(written(settings_of(other)) == written(settings_of(titles)));
  }
  CHECK(settings_of("\"api-port\" = 4_444\n").api.port == 4444);
}

TEST_CASE("Senders and routes stay in the order of the file, whatever they are called") {
  const Settings settings = settings_of(
      "[routes.z]\nevents = \"*\"\nsenders = [\"y\", \"b\"]\n[senders.y]\ntype = \"mock\"\n[routes.a]\nevents = \"*\"\n"
      "senders = \"b\"\n[senders.b]\ntype = \"mock\"\n");
  CHECK(settings.routing.routes.front().name == "z");
  CHECK(settings.routing.routes.back().name == "a");
  CHECK(settings.routing.senders.front().name == "y");
  CHECK(settings.routing.senders.back().name == "b");
}

TEST_CASE("A number may stand in quotes, and text not without") {
  CHECK(settings_of("api-port = \"4444\"\n").api.port == 4444);
  CHECK(settings_of("memory-budget = 1500000\n").consumer.memory_budget == 1'500'000);
  CHECK(faults_of("mysql-user = 5\n") == "FILE:1:14: MYSQL_USER (mysql-user): give text in quotes, not a number.");
}

TEST_CASE("Each setting says what it wants in place of a value of another type, and where") {
  for (const Setting& setting : settings_table()) {
    const std::string column = std::to_string(setting.flag.size() + 4);
    for (const auto& [value, type] : Pairs{{"2026-01-31", "a date"},
                                           {"2026-01-31T10:00:00Z", "a date"},
                                           {"10:00:00", "a time"},
                                           {"1.5", "a number with a fraction"},
                                           {"true", "true or false"},
                                           {"{ a = 1 }", "a table"}}) {
      CHECK(faults_of("\n" + setting.flag + " = " + value + "\n") == "FILE:2:" + column + ": " + setting.variable + " (" +
                                                                         setting.flag + "): give " + setting.wanted.what +
                                                                         ", not " + type + ".");
    }
    CHECK_THAT(faults_of(setting.flag + " = [\"a\", \"b\"]\n"),
               ContainsSubstring("FILE:1:1: " + setting.variable) && ContainsSubstring("not an array."));
  }
}

TEST_CASE("Keys of tables say what they want in place of a value of another type, and where") {
  const auto fault_of = [](const std::string& key_and_value) {
    return faults_of("[senders.s]\ntype = \"webhook\"\nurl = \"https://example.com\"\nsecrets = \"whsec_c2VjcmV0\"\n" +
                     key_and_value + "\n[routes.r]\nevents = \"*\"\nsenders = \"s\"\n");
  };
  for (const auto& [line, fault] : Pairs{
           {"ca-file = 1", "FILE:5:11: [senders.s] ca-file: give the path of a file in quotes, not a number."},
           {"connections = 2026-01-31", "FILE:5:15: [senders.s] connections: give a whole number, not a date."},
           {"connections = [4]", "FILE:5:1: [senders.s] connections: give a whole number, not an array."},
           {"pause = 30", "FILE:5:9: [senders.s] pause: give a duration in quotes, like \"30s\", not a number."},
           {"retry = true", "FILE:5:9: [senders.s] retry: give one of quick, webhook, mail, in quotes, not true or false."},
           {"final = [\n400,\n1.5]",
            "FILE:7:1: [senders.s] final: give a whole number, or an array of such numbers, not a number with a fraction."},
           {"allow = [\"10.0.0.0/8\", 1]",
            "FILE:5:24: [senders.s] allow: give text in quotes, or an array of such texts, not a number."},
           {"rate = -1", "FILE:5:8: [senders.s] rate: '-1' is not a whole number from 0 to 1000000."},
           {"retry-delays = [[\"1s\"]]",
            "FILE:5:17: [senders.s] retry-delays: give durations in quotes, "
            R"(like "30s" or ["1s", "5s", "30s"], not an array.)"},
       }) {
    CAPTURE(line);
    CHECK(fault_of(line) == fault);
  }
  CHECK_THAT(fault_of("host = \"h\""), ContainsSubstring("FILE:5:1: [senders.s] has an unknown key 'host'"));
  CHECK_THAT(faults_of("\n[senders.s]\ntype = \"smtp\"\n"), ContainsSubstring("FILE:2:10: [senders.s] needs host"));
}

TEST_CASE("What is no TOML is said with file, line and column") {
  for (const auto& [text, fault] : Pairs{
           {"mysql-user = \"a\n", "FILE:1:"},
           {"mysql-user = \"a", "FILE:1:"},
           {"mysql-user = 'a\n", "FILE:1:"},
           {"mysql-user = \"\"\"a\nb\n", "the quotes of a text are never closed"},
           {"mysql-user = '''a\nb\n", "the quotes of a text are never closed"},
           {"mysql-user = \"a\nb\"\n", "FILE:1:16: the quotes are not closed on this line"},
           {"mysql-user = \"pa\\ss\"\n", R"(FILE:1:18: there is no such escape: write \\ for a backslash)"},
           {"mysql-user = \"\\ud800\"\n", "FILE:1:"},
           {"mysql-user = shop\n", "FILE:1:14: this is no value: write text in quotes"},
           {"\nmysql-user =\n", "FILE:2:13: the value is missing"},
           {"# one\n\nmysql-user\n", "FILE:3:11: this is not key = value"},
           {"mysql-user: \"a\"\n", "FILE:1:11: this is not key = value"},
           {"mysql-user = \"a\" \"b\"\n", "FILE:1:18: nothing may follow on this line"},
           {"mysql-user = \"a\"\"\n", "FILE:1:17: nothing may follow on this line"},
           {"api-port = 1\napi-host = \"a\"\napi-port = 2\n", "FILE:3:12: api-port is there twice: keep one of them"},
           {"[senders.s]\ntype = \"mock\"\ntype = \"mock\"\n", "FILE:3:8: type is there twice"},
           {"[senders.s]\n[routes.r]\n[senders.s]\n", "FILE:3:1: [senders.s] is there twice"},
           {"senders.s.type = \"mock\"\n[senders.s]\n", "FILE:2:1: [senders.s] is there twice"},
           {"senders = {}\n[senders.s]\n", "a table in braces has all its keys between them"},
           {"senders = {}\nsenders.s.type = \"mock\"\n", "FILE:2:1: this table is there already"},
           {"api-port = 010\n", "FILE:1:15: a number does not begin with a zero"},
           {"api-port = 99999999999999999999\n", "the number is too large"},
           {"api-port = 0x\n", "this is no number"},
           {"api-port = 2026-13-01\n", "this is no date"},
           {"routes.r.events = [\"a\",\n", "the array is never closed"},
           {"routes.r.events = [\"a\" \"b\"]\n", "FILE:1:24: there is a comma between the values of an array"},
           {"routes.r.events = [,]\n", "FILE:1:20: there is a comma between the values of an array"},
           {"routes.r = { events = \"a\", }\n", "a table in braces is on one line"},
           {"routes.r = {\nevents = \"a\" }\n", "a table in braces is on one line"},
           {"[senders.s\ntype = \"mock\"\n", "FILE:1:11: this is not the title of a table"},
           {"[]\n", "FILE:1:2: this is not the title of a table"},
           {"= 1\n", "FILE:1:1: this cannot be read as TOML"},
           {"mysql-user = \"\xFF\"\n", "this is not UTF-8: save the file as UTF-8"},
           {"# \xFF\n", "FILE:1:2: this is not UTF-8"},
           {std::string{"mysql-user = \"\0\"\n", 17},
            "FILE:1:15: the quotes are not closed on this line, or hold a control"},
       }) {
    CAPTURE(text);
    const std::string faults = faults_of(text);
    CHECK_THAT(faults, ContainsSubstring(fault));
    CHECK(std::regex_search(faults, std::regex{"^FILE:[0-9]+:[0-9]+: .*\\.$"}));
    CHECK(std::ranges::count(faults, '\n') == 0);
  }
}

TEST_CASE("What there is no key or table for is said with file, line and column") {
  for (const auto& [text, fault] : Pairs{
           {"\napi-prot = 1\n", "FILE:2:1: there is no setting 'api-prot': write api-port."},
           {"version = true\n", "FILE:1:1: there is no setting 'version': 'notifier --help' lists all."},
           {"config = \"a\"\n", "FILE:1:1: there is no setting 'config'"},
           {"all = true\n", "FILE:1:1: there is no setting 'all'"},
           {"[all]\napi-port = 1\n", "FILE:1:2: [all] is no table: there are [senders.NAME] and [routes.NAME]."},
           {"all.api-port = 1\n", "FILE:1:1: [all] is no table"},
           {"[api-port]\n", "FILE:1:2: [api-port] is no table"},
           {"[sender.s]\n", "FILE:1:9: [sender.s] is no table"},
           {"[[x]]\n", "FILE:1:3: there is no setting 'x'"},
           {"[[senders.s]]\n", "FILE:1:11: [[senders.s]] is one table: write it in single brackets."},
           {"[senders]\ntype = \"mock\"\n", "FILE:2:1: senders.type is in no table: write it below [senders.NAME]."},
           {"senders = \"mail\"\n", "FILE:1:1: senders is no setting: write tables [senders.NAME]."},
           {"[routes.a.b]\n", "FILE:1:11: [routes.a.b]: a name has no dots."},
           {"[routes.A]\nevents = \"*\"\n", "FILE:1:9: [routes.A] has a bad name"},
       }) {
    CAPTURE(text);
    CHECK_THAT(faults_of(text), ContainsSubstring(fault));
  }
}

TEST_CASE("What does not fit other settings is said with where it is set") {
  CHECK_THAT(faults_of("\nidle-timeout = \"1ms\"\n"), ContainsSubstring("FILE:2:16: IDLE_TIMEOUT is too short"));
  CHECK_THAT(faults_of("rabbitmq-url = \"http://h\"\n"), ContainsSubstring("FILE:1:16: RABBITMQ_URL: "));
  CHECK_THAT(faults_of("rabbitmq-ca-file = \"/dev/null\"\nretention-sent = \"1h\"\n"),
             ContainsSubstring("FILE:2:18: RETENTION_SENT is too short"));
  CHECK_THAT(faults_of("mysql-host = \"db\"\n"), ContainsSubstring("MYSQL_USER is missing") && !ContainsSubstring("FILE"));
}

TEST_CASE("No fault of a file shows a secret, wherever it stands") {
  for (const char* more : {
           "api-key = Xq7Zw9\n",
           "api-key = \"Xq7Zw9\n",
           "api-key = 'Xq7Zw9\n",
           "api-key = \"\"\"Xq7Zw9\n",
           "api-key = \"Xq7Zw9\\q\"\n",
           "api-key \"Xq7Zw9\"\n",
           "api-key: Xq7Zw9\n",
           "api-key = [\"Xq7Zw9\"]\n",
           "api-key = [\"Xq7Zw9\"\n",
           "api-key = {a = \"Xq7Zw9\"}\n",
           "api-key = \"a\" \"Xq7Zw9\"\n",
           "mysql-password = \"Xq7Zw9\"\n",
           "api-key = \"Xq7Zw9\"\"\n",
           "Xq7Zw9\n",
           "\"Xq7Zw9\",\n",
           "api-key = \"Xq7Zw9 x\"\n",
           "api-keys = \"Xq7Zw9\"\n",
           "rabbitmq-url = \"amqp://a:Xq7Zw9@b@c\"\n",
       }) {
    CAPTURE(more);
    CHECK(!fault_behind_secret(more).empty());
  }
  for (const char* secret :
       {"true123456", "99999999999999999999", "0123456789", "2026-13-77", "12:77:12", "1_2__3", "-x7"}) {
    CHECK_THAT(faults_of("mysql-password = " + std::string{secret} + "\n"), !ContainsSubstring(secret));
  }
  CHECK_THAT(faults_of("mysql-password = 1234567\n"), !ContainsSubstring("1234567"));
  CHECK_THAT(faults_of("[senders.s]\ntype = \"smtp\"\npassword = 1234567\n"), !ContainsSubstring("1234567"));
}

TEST_CASE("What is printed sets the same when it is read, whatever text holds") {
  for (const std::string nasty : {R"(pa\ss)",
                                  R"(a"b)",
                                  "a'b",
                                  R"("a" and 'b' and \)",
                                  "a#b # c",
                                  "line\nline\r\n\ttab",
                                  "\u00e4 \U0001F600 \u2028",
                                  "123",
                                  "true",
                                  "2026-01-31",
                                  "[]",
                                  "{}",
                                  "[a, b]",
                                  "''' \"\"\"",
                                  "\x01\x7F",
                                  "a = b",
                                  "${HOME}",
                                  "inner  blanks",
                                  "\\u0041",
                                  ""}) {
    CAPTURE(nasty);
    std::string file;
    for (const Setting& setting : settings_table()) {
      const bool takes_all = setting.wanted.what == wanted_text.what && !setting.secret && setting.flag != "mysql-host";
      if (takes_all) file += setting.flag + " = " + toml_string(nasty) + "\n";
    }
    file += "data-dir = " + toml_string("/" + nasty) + "\n";
    file += "[senders.mail]\ntype = \"smtp\"\nhost = \"h\"\nfrom = \"a@example.com\"\npassword = \"p\"\nuser = " +
            toml_string(nasty + "u") + "\nca-file = " + toml_string(nasty) +
            "\n[routes.r]\nevents = [\"*\"]\nsenders = [\"mail\"]\n" + "template = " + toml_string(nasty + "t") + "\n";
    const Settings settings = settings_of(file);
    CHECK(settings.mysql.user == nasty);
    CHECK(settings.data_dir == "/" + nasty);
    CHECK(settings.routing.routes.front().template_name == nasty + "t");
    CHECK(std::get<SmtpSettings>(settings.routing.senders.front().kind).user == nasty + "u");
    const Settings again = settings_of(written(settings));
    for (const Setting& setting : settings_table()) CHECK(setting.show(again) == setting.show(settings));
    CHECK_FALSE(again.sender.is_deadline_given);
    CHECK(again.data_dir == "/" + nasty);
    CHECK(std::get<SmtpSettings>(again.routing.senders.front().kind).user == nasty + "u");
    CHECK(written(again) == written(settings));
  }
}

TEST_CASE("What is printed sets the same when it is read, with all that can be set") {
  const Settings settings = settings_of(R"(api-host = "::1"
api-port = 0
idle-timeout = "90s"
api-key = "first-key, second-key"
api-keys = "shop:ingest:Xq7Zw9,operator:read+admin:Xq7Zw9-2"
health-host = "::"
health-port = 1
rabbitmq-url = "amqp://shop:Xq7,Zw9@a:1/v,amqps://b,amqp://:Xq7Zw9@[::1]/%2F"
rabbitmq-queue-type = "classic"
rabbitmq-topology = "passive"
rabbitmq-ca-file = 'c:\ca.pem'
mysql-host = "a,b:3307"
mysql-port = 3308
mysql-database = "d#1"
mysql-user = "42"
mysql-password = "Xq7Zw9"
mysql-tls = "verify"
mysql-connections = 9
data-dir = "/a b"
max-retries = 0
retry-delays = "1ms,24h"
send-deadline = "1500ms"
mock-latency = "0s"
mock-record = "sends"
prefetch = 65535
send-concurrency = 1
memory-budget = "1500000"
template-dir = "words"
longest-retry-after = "0s"
webhook-allow = "10.0.0.0/8, ::1/128"
retention-sent = "0s"
retention-dead = "36500d"
retention-payload = "1d"
shutdown-delay = "1s"
shutdown-grace = "2s"
log-level = "debug"
log-format = "text"
[senders.hook]
type = "webhook"
url = "https://example.com/?Xq7Zw9"
secrets = ["whsec_Xq7Zw9", "whsec_c2Vjb25k"]
allow = ["192.0.2.0/24", "::1/128"]
final = [400, "422"]
retry-delays = ["1s", "90s"]
max-retries = 4
deadline = "7s"
[senders.mail]
type = "smtp"
host = "127.0.0.1"
from = '"The Shop" <shop@example.com>'
tls = "none"
user = "u"
password = "Xq7Zw9"
[senders.nothing]
type = "mock"
latency = "1ms"
[routes.z]
events = ["a\"b", 'c\d']
senders = ["hook", "mail"]
template = "t"
payload-keys = ["orderId"]
[routes.a]
events = "*"
senders = "nothing"
)");
  const std::string text = written(settings);
  CHECK_THAT(text, !ContainsSubstring("Zw9") && !ContainsSubstring("-key,") && !ContainsSubstring("first"));
  CHECK_THAT(text,
             ContainsSubstring("api-key = \"********,********\"\n") &&
                 ContainsSubstring("api-keys = \"shop:ingest:********,operator:read+admin:********\"\n") &&
                 ContainsSubstring("rabbitmq-url = \"amqp://shop:********@a:1/v,amqps://b,amqp://:********@[::1]/%2F\"\n") &&
                 ContainsSubstring("mysql-user = \"42\"\n") && ContainsSubstring("final = [400, 422]\n"));
  CHECK(written(settings_of(text)) == text);
  CHECK(settings_of(text).sender.is_deadline_given);
}

TEST_CASE("The annotated reference configuration is what is in force without one") {
  std::ifstream stream{NOTIFIER_CONFIG_FOLDER "/notifier.toml"};
  REQUIRE(stream);
  static const std::regex setting{R"re(# ([a-z-]+ = .*))re"};
  std::string settings;
  std::smatch match;
  for (std::string line; std::getline(stream, line) && !line.starts_with("# [");) {
    if (!std::regex_match(line, match, setting)) continue;
    const std::string key_and_value = match[1];
    const std::string key = key_and_value.substr(0, key_and_value.find(' '));
    // With a default of its own for mail and webhooks.
    if (key == "send-deadline") continue;
    // In the file they begin in its folder.
    const bool is_path = std::ranges::find(settings_table(), key, &Setting::flag)->wanted.is_path;
    settings += is_path ? "# " + key_and_value + "\n" : key_and_value + "\n";
  }
  REQUIRE_FALSE(settings.empty());
  CHECK(written(settings_of(settings)) == written(settings_of("")));
}

TEST_CASE("A file that cannot be read is named") {
  const notifier::testing::TemporaryFolder folder;
  for (const std::string& path : {folder.path(), folder.path() + "/none"}) {
    const auto refused = read_command_line({"--config", path, "config"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text.starts_with(path + " cannot be read ("));
  }
}

TEST_CASE("A file beyond all measure is refused") {
  CHECK(faults_of(std::string(1024 * 1024 + 1, '\n')) == "FILE is larger than 1024 KiB.");
  std::string dots = "a";
  for (int i = 0; i < 200'000; ++i) dots += ".a";
  CHECK_THAT(faults_of("\n" + dots + " = 1\n"), ContainsSubstring("FILE:2:1: this has more than 100 dots"));
  CHECK_THAT(faults_of("[" + dots + "]\n"), ContainsSubstring("FILE:1:1: this has more than 100 dots"));
  CHECK_THAT(faults_of("api-host = " + std::string(100'000, '[')), ContainsSubstring("FILE:1:"));
  CHECK(text_read_as("\"" + std::string(1000, '.') + "\"") == std::string(1000, '.'));
}
