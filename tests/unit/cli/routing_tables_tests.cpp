#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <utility>
#include <variant>

#include "app/sender_terms.hpp"
#include "cli/command_line.hpp"
#include "cli/settings/config_text.hpp"
#include "notifier/routes.hpp"
#include "support/test_servers.hpp"
#include "templates/mustache_renderer.hpp"
#include "unit/cli/config_file_under_test.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;
using notifier::testing::ConfigFileUnderTest;
using notifier::testing::faults_of;
using notifier::testing::settings_of;
using std::chrono::seconds;

namespace {

RoutingSettings routing_of(const std::string& text, std::vector<std::string> more = {}) {
  return settings_of(text, std::move(more)).routing;
}

std::string with_route(const std::string& sender) {
  return sender + "[routes.r]\nevents = [\"*\"]\nsenders = [\"s\"]\ntemplate = \"t\"\n";
}

const std::string mock = "[senders.s]\ntype = \"mock\"\n";

}  // namespace

TEST_CASE("Senders and routes are tables of the file, in its order, beside the settings") {
  const RoutingSettings routing = routing_of(R"(api-port = 4444
template-dir = "words"
longest-retry-after = "10m"

[senders.mail]
# people
type = "smtp"
host = "mail.example.com"
from = "The Shop, Inc. <shop@example.com>"
user = "shop"
password = "p=a,s s"
auth = "cram-md5"
helo = "[10.0.0.7]"
connections = 9  # at a time
rate = 20
concurrency = 5
failures-to-open = 0
pause = "1m"
deadline = "2m"
retry-delays = ["10s", "1h"]
max-retries = 5

[senders.hook]
type = "webhook"
url = "https://example.com/hook?a=b"
secrets = [
  "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  # the new one
  "whsec_c2Vjb25k",
]
allow = ["10.0.0.0/8", "fd00::/8"]
ca-file = "ca.pem"
final = [400, 422]

[senders.nothing]
type = "mock"
latency = "5ms"
record = "sends"

[routes.people]
events = ["user_*", "order shipped"]
senders = ["mail", "nothing"]
template = "welcome"
payload-keys = ["orderId", "items"]

[routes.systems]
events = "*"
senders = "hook"
)",
                                             {"--webhook-allow=127.0.0.1/32"});
  CHECK(routing.template_dir.filename() == "words");
  CHECK(routing.longest_retry_after == std::chrono::minutes{10});

  REQUIRE(routing.senders.size() == 3);
  CHECK(routing.senders[0].name == "mail");
  const auto& smtp = std::get<SmtpSettings>(routing.senders[0].kind);
  CHECK(smtp.host == "mail.example.com");
  CHECK(smtp.port == 587);
  CHECK(smtp.tls == SmtpTls::starttls);
  CHECK(smtp.from == "The Shop, Inc. <shop@example.com>");
  CHECK(smtp.user == "shop");
  CHECK(smtp.password == "p=a,s s");
  CHECK(smtp.auth == SmtpAuth::cram_md5);
  CHECK(smtp.helo == "[10.0.0.7]");
  CHECK(smtp.connections == 9);
  const PacingSettings& pacing = routing.senders[0].pacing;
  CHECK(pacing.rate == 20);
  CHECK(pacing.concurrency == 5);
  CHECK(pacing.failures_to_open == 0);
  CHECK(pacing.pause == seconds{60});
  CHECK(routing.senders[0].deadline == std::chrono::minutes{2});
  CHECK(routing.senders[0].retry_delays == std::vector<std::chrono::milliseconds>{seconds{10}, std::chrono::hours{1}});
  CHECK(routing.senders[0].max_retries == 5);

  CHECK(routing.senders[1].name == "hook");
  const auto& webhook = std::get<WebhookSettings>(routing.senders[1].kind);
  CHECK(webhook.url == "https://example.com/hook?a=b");
  CHECK(webhook.secrets == std::vector<std::string>{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2Vjb25k"});
  CHECK(webhook.allow == std::vector<std::string>{"10.0.0.0/8", "fd00::/8", "127.0.0.1/32"});
  CHECK(webhook.ca_file == routing.template_dir.parent_path() / "ca.pem");
  CHECK(webhook.connections == 64);
  CHECK(webhook.final_statuses == std::vector<std::uint16_t>{400, 422});
  CHECK(routing.senders[1].pacing.failures_to_open == 10);

  const auto& nothing = std::get<MockSettings>(routing.senders[2].kind);
  CHECK(nothing.latency == std::chrono::milliseconds{5});
  CHECK(nothing.record == routing.template_dir.parent_path() / "sends");

  REQUIRE(routing.routes.size() == 2);
  CHECK(routing.routes[0].name == "people");
  CHECK(routing.routes[0].event_types == std::vector<std::string>{"user_*", "order shipped"});
  CHECK(routing.routes[0].senders == std::vector<std::string>{"mail", "nothing"});
  CHECK(routing.routes[0].template_name == "welcome");
  CHECK(routing.routes[0].payload_keys == std::vector<std::string>{"orderId", "items"});
  CHECK(routing.routes[1].name == "systems");
  CHECK(routing.routes[1].event_types == std::vector<std::string>{"*"});
  CHECK(routing.routes[1].senders == std::vector<std::string>{"hook"});
  CHECK(routing.routes[1].template_name.empty());
}

TEST_CASE("The last value of an array may have a comma, as TOML allows") {
  for (const std::string array :
       {R"(["a", "b",])", R"(["a", "b" , ])", "[\n  \"a\",\n  \"b\",\n]", "[\n  \"a\",\n  \"b\" , # why\n]"}) {
    INFO(array);
    const RoutingSettings routing = routing_of(mock + "[routes.r]\nevents = " + array + "\nsenders = [\"s\"]\n");
    CHECK(routing.routes.front().event_types == std::vector<std::string>{"a", "b"});
  }
}

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

TEST_CASE("How long sends take and when they are retried follows from their kind, unless it is said") {
  const std::string smtp = "[senders.s]\ntype = \"smtp\"\nhost = \"localhost\"\nfrom = \"a@example.com\"\n";
  const std::string webhook =
      "[senders.s]\ntype = \"webhook\"\nurl = \"https://example.com\"\nsecrets = [\"whsec_c2VjcmV0\"]\n";
  const auto settings_with = [](const std::string& sender, std::vector<std::string> more = {}) {
    return settings_of(with_route(sender), std::move(more));
  };
  const auto sender_of = [](const Settings& settings) { return settings.routing.senders.front(); };
  const auto retries = [&](const Settings& settings) { return retries_of(sender_of(settings), settings.retry); };

  CHECK(sender_of(settings_with(smtp)).deadline == std::chrono::minutes{5});
  CHECK(longest_send(sender_of(settings_with(smtp))) == std::chrono::minutes{15});
  CHECK(sender_of(settings_with(webhook)).deadline == seconds{30});
  CHECK(sender_of(settings_with(mock)).deadline == seconds{10});
  for (const std::string& sender : {smtp, webhook, mock}) {
    CHECK(sender_of(settings_with(sender, {"--send-deadline=20s"})).deadline == seconds{20});
    CHECK(sender_of(settings_with(sender + "deadline = \"1m\"\n", {"--send-deadline=20s"})).deadline == seconds{60});
  }

  CHECK(retries(settings_with(webhook)).max_retries == 3);
  CHECK(retries(settings_with(webhook)).delays == RetrySettings{}.delays);
  CHECK(retries(settings_with(webhook, {"--max-retries=1"})).max_retries == 1);
  CHECK(retries(settings_with(smtp)).max_retries == 7);
  CHECK(retries(settings_with(smtp)).delays.front() == std::chrono::minutes{1});
  CHECK(retries(settings_with(smtp)).delays.back() == std::chrono::hours{24});
  CHECK(retries(settings_with(smtp + "retry = \"quick\"\n")).delays == RetrySettings{}.delays);
  CHECK(retries(settings_with(webhook + "retry = \"webhook\"\nmax-retries = 4\n")).max_retries == 4);
  CHECK(retries(settings_with(webhook + "retry = \"webhook\"\n")).delays.size() == 7);
  CHECK(retries(settings_with(smtp + "retry-delays = \"2s\"\n")).max_retries == 3);
  CHECK(retries(settings_with(smtp + "retry-delays = \"2s\"\n")).delays ==
        std::vector<std::chrono::milliseconds>{seconds{2}});
}

TEST_CASE("Delays that are configured have a queue, and long waits have steps") {
  const auto ladder_with = [](const std::string& more) {
    return delay_ladder(ConfigFileUnderTest{with_route(mock + more)}.read().value().settings);
  };
  using Delays = std::vector<std::chrono::milliseconds>;
  const Delays usual{seconds{1}, seconds{5}, seconds{30}, std::chrono::minutes{5}, std::chrono::hours{1}};
  CHECK(ladder_with("") == usual);
  CHECK(ladder_with("retry = \"mail\"\n") == usual);
  CHECK(std::ranges::count(ladder_with("retry-delays = [\"7s\", \"2h\"]\n"), std::chrono::hours{2}) == 1);
  Settings coarse;
  coarse.retry.delays = {seconds{5}};
  CHECK(delay_ladder(coarse) == Delays{seconds{5}, seconds{1}, std::chrono::minutes{5}, std::chrono::hours{1}});
  coarse.retry.delays = {std::chrono::milliseconds{500}};
  CHECK(std::ranges::count(delay_ladder(coarse), seconds{1}) == 0);
}

TEST_CASE("A route has the retries of its first sender, and time for all of them") {
  const Settings settings =
      ConfigFileUnderTest{
          "[senders.first]\ntype = \"mock\"\ndeadline = \"7s\"\nmax-retries = 9\n[senders.second]\ntype = \"mock\"\n"
          "deadline = \"4s\"\n[routes.r]\nevents = \"*\"\nsenders = [\"first\", \"second\"]\n"}
          .read()
          .value()
          .settings;
  const auto terms = terms_by_route(settings);
  CHECK(terms.at("r").deadline == seconds{11});
  CHECK(terms.at("r").retry.max_retries() == 9);
}

TEST_CASE("A route that leads to mail needs words that people can read") {
  const std::string mail = "[senders.mail]\ntype = \"smtp\"\nhost = \"h\"\nfrom = \"a@example.com\"\n";
  const std::string hook =
      "[senders.hook]\ntype = \"webhook\"\nurl = \"https://example.com\"\nsecrets = [\"whsec_c2VjcmV0\"]\n";
  const std::string route = "[routes.r]\nevents = [\"*\"]\nsenders = [\"hook\", \"mail\"]\n";
  for (const std::string& none : {std::string{}, std::string{"template = \"\"\n"}}) {
    const std::string faults = faults_of(route + none + mail + hook);
    CHECK_THAT(faults, ContainsSubstring("FILE:1:9: [routes.r] needs template: people read what 'mail' sends"));
    CHECK_THAT(faults, ContainsSubstring("NAME.subject.mustache") && ContainsSubstring("notifier render"));
  }
  CHECK(routing_of(route + "template = \"t\"\n" + mail + hook).routes.size() == 1);
  CHECK(routing_of("[routes.r]\nevents = [\"*\"]\nsenders = [\"hook\"]\n" + hook).routes.size() == 1);
}

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

TEST_CASE("What is no key or table of the file is said without what may be a secret") {
  CHECK_THAT(faults_of(mock + "latency = \"1s\"\nrecord = \"a\"\nlatency = \"2s\"\n"),
             ContainsSubstring("FILE:5:11: latency is there twice: keep one of them"));
  CHECK_THAT(faults_of("[sender.s]\ntype = \"mock\"\n"),
             ContainsSubstring("[sender.s] is no table: there are [senders.NAME] and [routes.NAME]"));
  CHECK_THAT(faults_of("# first\napi-key: secret-word\n"),
             ContainsSubstring("FILE:2:8: this is not key = value") && !ContainsSubstring("secret-word"));
}

TEST_CASE("Only what sends needs to be able to read the senders' secrets") {
  const ConfigFileUnderTest file{
      "[senders.s]\ntype = \"webhook\"\nurl = \"https://example.com\"\nsecrets-file = \"/nowhere\"\n" +
      std::string{"[routes.r]\nevents = [\"*\"]\nsenders = [\"s\"]\n"}};
  CHECK_FALSE(file.read());
  CHECK(read_command_line({"--config", file.path(), "healthcheck"}));
}

TEST_CASE("What is wrong with a route is said with its table and key") {
  const auto fault_of = [](const std::string& keys) { return faults_of(mock + "[routes.r]\n" + keys); };
  CHECK_THAT(fault_of(""), ContainsSubstring("[routes.r] needs events") && ContainsSubstring("[routes.r] needs senders"));
  CHECK_THAT(fault_of("events = []\nsenders = [\"s\"]\n"), ContainsSubstring("[routes.r] needs events"));
  CHECK_THAT(fault_of("events = [\"*\"]\nsenders = []\n"), ContainsSubstring("[routes.r] needs senders"));
  CHECK_THAT(fault_of("events = [\"a\", \"\"]\nsenders = [\"s\"]\n"), ContainsSubstring("[routes.r] events: ''"));
  CHECK_THAT(fault_of("events = [\"" + std::string(256, 'a') + "\"]\nsenders = [\"s\"]\n"),
             ContainsSubstring("is no pattern"));
  CHECK_THAT(fault_of("events = [\"*\"]\nsenders = [\"s\", \"mail\"]\n"),
             ContainsSubstring("there is no sender 'mail'") && ContainsSubstring("name one of s."));
  CHECK_THAT(fault_of("events = [\"*\"]\nsenders = [\"s\", \"s\"]\n"), ContainsSubstring("'s' is there twice"));
  CHECK_THAT(fault_of("events = [\"*\"]\nsenders = [\"s\"]\npayload-keys = [\"payload.x\"]\n"),
             ContainsSubstring("[routes.r] payload-keys: 'payload.x'"));
  CHECK_THAT(fault_of("events = [\"*\"]\nsenders = [\"s\"]\nmax-retries = 4\n"),
             ContainsSubstring("unknown key 'max-retries'") && ContainsSubstring("above the first"));
}

TEST_CASE("A file with a byte order mark is read, and one in UTF-16 named as that") {
  CHECK(routing_of("\xEF\xBB\xBF" + with_route(mock)).senders.size() == 1);
  std::string wide = "\xFF\xFE";
  for (const char character : with_route(mock)) wide.append({character, '\0'});
  CHECK(faults_of(wide) == "FILE is UTF-16: save it as UTF-8.");
}

TEST_CASE("Tables have good names, each its own") {
  CHECK_THAT(faults_of(mock + mock), ContainsSubstring("[senders.s] is there twice"));
  CHECK_THAT(faults_of(with_route(mock) + "[routes.q]\nevents = [\"*\"]\nsenders = [\"s\"]\n[routes.r]\nevents = [\"a\"]\n"),
             ContainsSubstring("[routes.r] is there twice"));
  for (const std::string name : {"Mail", "a b", "\xC3\xA4", "a/b", "0123456789-0123456789-0123456789_"}) {
    CAPTURE(name);
    CHECK_THAT(faults_of("[routes.\"" + name + "\"]\nevents = [\"*\"]\n"), ContainsSubstring("has a bad name"));
  }
  for (const std::string name : {"a b", "\xC3\xA4", "a/b"}) {
    CHECK_THAT(faults_of("[routes." + name + "]\nevents = [\"*\"]\n"), ContainsSubstring("a-z, 0-9, '-' and '_'"));
  }
  CHECK_THAT(faults_of("[routes.a.b]\nevents = [\"*\"]\n"), ContainsSubstring("a name has no dots"));
  CHECK_THAT(faults_of("[senders]\ntype = \"mock\"\n"), ContainsSubstring("below [senders.NAME]"));
  CHECK_THAT(faults_of("senders = \"mail\"\n"), ContainsSubstring("senders"));
  CHECK_THAT(faults_of("[retries.x]\ndelay = 1\n"), ContainsSubstring("retries"));
}

TEST_CASE("Senders that no route leads to would be taken for in use") {
  CHECK_THAT(faults_of(mock), ContainsSubstring("No route leads to the senders s"));
}

TEST_CASE("Every fault of the file is told at once") {
  const std::string faults =
      faults_of("max-retries = 101\nsend-deadline = \"5\"\n[senders.s]\ntype = \"smtp\"\n[routes.r]\nevents = [\"*\"]\n");
  CHECK(std::ranges::count(faults, '\n') == 4);
  CHECK_THAT(faults, ContainsSubstring("MAX_RETRIES") && ContainsSubstring("SEND_DEADLINE") &&
                         ContainsSubstring("needs host") && ContainsSubstring("needs from") &&
                         ContainsSubstring("needs senders"));
}

TEST_CASE("WEBHOOK_ALLOW takes networks alone") {
  CHECK(read_command_line({"config", "--webhook-allow", "10.0.0.0/8, ::1/128"})->settings.routing.webhook_allow ==
        std::vector<std::string>{"10.0.0.0/8", "::1/128"});
  for (const char* wrong : {"10.0.0.0", "10.0.0.0/33", "localhost/8", "10.0.0.0/8,,", "*"}) {
    CAPTURE(wrong);
    const auto refused = read_command_line({"config", "--webhook-allow", wrong});
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text, ContainsSubstring("WEBHOOK_ALLOW") && ContainsSubstring("is not a network"));
  }
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

TEST_CASE("The tables of the annotated reference configuration are what may be written") {
  std::ifstream stream{NOTIFIER_CONFIG_FOLDER "/notifier.toml"};
  REQUIRE(stream);
  std::string tables;
  bool in_tables = false;
  static const std::regex content{R"re(# (\[.*|[a-z-]+ = .*))re"};
  for (std::string line; std::getline(stream, line);) {
    in_tables = in_tables || line.starts_with("# [");
    if (!in_tables || !std::regex_match(line, content)) continue;
    if (line.starts_with("# secrets-file")) line = "# secrets = [\"whsec_c2VjcmV0\"]";
    if (!line.starts_with("# password-file")) tables.append(line.substr(2)).append("\n");
  }
  const RoutingSettings routing =
      routing_of(tables + "[routes.systems]\nevents = [\"*\"]\nsenders = [\"orders\", \"nothing\"]\n");
  REQUIRE(routing.senders.size() == 3);
  const PacingSettings defaults;
  CHECK(routing.senders[0].pacing.failures_to_open == defaults.failures_to_open);
  CHECK(routing.senders[0].pacing.pause == defaults.pause);
  CHECK(std::get<SmtpSettings>(routing.senders[0].kind).connections == SmtpSettings{}.connections);
  CHECK(std::get<WebhookSettings>(routing.senders[1].kind).connections == WebhookSettings{}.connections);
  CHECK(std::get<MockSettings>(routing.senders[2].kind).latency == MockSettings{}.latency);
}

TEST_CASE("The example for mail is valid, with its templates") {
  const auto invocation = read_command_line({"--config", NOTIFIER_CONFIG_FOLDER "/mail.toml", "config"});
  INFO((invocation ? "" : invocation.error().text));
  REQUIRE(invocation);
  const auto renderer = make_template_renderer(NOTIFIER_CONFIG_FOLDER "/templates", invocation->settings.routing.routes);
  INFO((renderer ? "" : renderer.error()));
  REQUIRE(renderer);
  const Event signup{
      .id = "e1", .type = "user_signup", .payload = "{}", .recipient = {.email = "ada@example.com", .username = "ada"}};
  const auto welcome = (*renderer)->render("welcome", signup);
  REQUIRE(welcome);
  CHECK(welcome->subject == "Welcome, ada");
  CHECK_THAT(welcome->html, ContainsSubstring("<b>ada@example.com</b>"));

  Event order = signup;
  order.payload = R"({"orderId":"A-7","items":[{"amount":2,"name":"cup"},{"amount":1,"name":"jug"}]})";
  const auto news = (*renderer)->render("order", order);
  REQUIRE(news);
  CHECK(news->subject == "Your order A-7");
  CHECK(news->text == "Hello ada,\n\nthere is news of your order A-7.\n- 2 x cup\n- 1 x jug\n");
}
