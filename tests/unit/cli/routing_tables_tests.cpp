#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "cli/command_line.hpp"
#include "unit/cli/config_file_under_test.hpp"
#include "unit/cli/routing_tables_under_test.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;
using notifier::testing::faults_of;
using notifier::testing::mock;
using notifier::testing::routing_of;
using notifier::testing::with_route;
using std::chrono::seconds;

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

TEST_CASE("What is no key or table of the file is said without what may be a secret") {
  CHECK_THAT(faults_of(mock + "latency = \"1s\"\nrecord = \"a\"\nlatency = \"2s\"\n"),
             ContainsSubstring("FILE:5:11: latency is there twice: keep one of them"));
  CHECK_THAT(faults_of("[sender.s]\ntype = \"mock\"\n"),
             ContainsSubstring("[sender.s] is no table: there are [senders.NAME] and [routes.NAME]"));
  CHECK_THAT(faults_of("# first\napi-key: secret-word\n"),
             ContainsSubstring("FILE:2:8: this is not key = value") && !ContainsSubstring("secret-word"));
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
