#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "support/notifier_process.hpp"
#include "support/test_servers.hpp"

using namespace notifier::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A folder with a configuration, its templates and an event.
class Example {
 public:
  Example() {
    write("notifier.toml",
          "[senders.s]\ntype = \"mock\"\n\n[routes.r]\nevents = [\"*\"]\nsenders = [\"s\"]\ntemplate = \"t\"\n"
          "payload-keys = [\"item\"]\n");
    write("t.subject.mustache", "For {{username}}\n");
    write("t.text.mustache", "{{payload.item}} of {{timestamp}}\n");
    write("t.html.mustache", "<p>{{payload.item}}</p>\n");
    write("event.json", R"({"eventType":"order","timestamp":"2023-10-27T10:00:00Z",)"
                        R"("payload":{"userId":"u1","email":"ada@example.com","username":"ada","item":"<cup>"}})");
  }

  void write(const std::string& name, const std::string& text) const { std::ofstream{path(name)} << text; }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_.path() + "/" + name; }

  [[nodiscard]] FinishedCommand run(std::vector<std::string> command) const {
    command.insert(command.begin(), {"--config", path("notifier.toml")});
    return run_command(command, {{"TEMPLATE_DIR", folder_.path()}});
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("config --check says that all is well, or every fault") {
  const Example example;
  const FinishedCommand valid = example.run({"config", "--check"});
  CHECK(valid.output == "configuration is valid\n");
  CHECK(valid.exit_status == 0);

  example.write("t.subject.mustache", "{{usrname}}");
  example.write("t.html.mustache", "{{#payload.item}}");
  const FinishedCommand wrong_templates = example.run({"config", "--check"});
  CHECK(wrong_templates.exit_status == 2);
  CHECK_THAT(wrong_templates.output,
             ContainsSubstring("t.subject.mustache: {{usrname}}") && ContainsSubstring("t.html.mustache: Unclosed section"));

  example.write("notifier.toml",
                "[senders.s]\ntype = \"mock\"\nhost = 1\n[routes.r]\nevents = [\"*\"]\nsenders = [\"x\"]\n");
  const FinishedCommand wrong_tables = example.run({"config", "--check"});
  CHECK(wrong_tables.exit_status == 2);
  CHECK_THAT(wrong_tables.output, ContainsSubstring("unknown key 'host'") && ContainsSubstring("no sender 'x'"));
}

TEST_CASE(
    "config --check says what nobody would notice: that nothing is sent, not by that sender, or that a file is not used") {
  const Example example;
  CHECK_THAT(run_command({"config", "--check"}, {}).output, ContainsSubstring("there are no routes: the mock takes all"));
  example.write("notifier.toml",
                "[senders.s]\ntype = \"mock\"\n[senders.spare]\ntype = \"mock\"\n"
                "[routes.r]\nevents = [\"*\"]\nsenders = [\"s\"]\n");
  CHECK(example.run({"config", "--check"}).output == "configuration is valid\nno route leads to the sender spare\n");
  CHECK(example.run({"config", "--check", "consume"}).exit_status == 2);
  const Environment unused{{"MYSQL_CA_FILE", "/none"}, {"RABBITMQ_CA_FILE", "/none"}};
  CHECK_THAT(run_command({"config", "--check"}, unused).output,
             ContainsSubstring("MYSQL_CA_FILE is not used") && ContainsSubstring("RABBITMQ_CA_FILE is not used"));
}

TEST_CASE("config prints senders and routes") {
  const Example example;
  const FinishedCommand config = example.run({"config"});
  CHECK(config.exit_status == 0);
  CHECK_THAT(config.output, ContainsSubstring("longest-retry-after = \"1h\"\n") &&
                                ContainsSubstring("\n[senders.s]\ntype = \"mock\"\n") &&
                                ContainsSubstring("\n[routes.r]\n# transient failures are retried after 1s, 5s, 30s\n"
                                                  "events = [\"*\"]\nsenders = [\"s\"]\n"));
}

TEST_CASE("What config prints sets the same when it is given as the file") {
  const Example example;
  example.write("key", "secret-word\n");
  example.write("notifier.toml",
                "mysql-user = \"overridden\"\nmysql-database = 'a\\b'\n[senders.s]\ntype = \"smtp\"\nhost = \"localhost\"\n"
                "from = '\"Shop\" <shop@example.com>'\n[routes.r]\nevents = \"*\"\nsenders = \"s\"\ntemplate = \"t\"\n");
  const FinishedCommand printed =
      run_command({"--config", example.path("notifier.toml"), "config"}, {{"MYSQL_USER", R"(pa\ss"#')"},
                                                                          {"MYSQL_PASSWORD", "secret-word"},
                                                                          {"API_KEY_FILE", example.path("key")},
                                                                          {"RABBITMQ_URL", "amqp://u:secret-word@h/v"},
                                                                          {"PREFETCH", "7"}});
  REQUIRE(printed.exit_status == 0);
  CHECK_THAT(printed.output, ContainsSubstring(R"(mysql-user = "pa\\ss\"#'")") && ContainsSubstring("prefetch = 7\n") &&
                                 ContainsSubstring("amqp://u:********@h/v") && !ContainsSubstring("secret-word"));
  example.write("printed.toml", printed.output);
  CHECK(run_command({"--config", example.path("printed.toml"), "config"}, {}).output == printed.output);
}

TEST_CASE("What is wrong with a file is said with file, line and column") {
  const Example example;
  example.write("notifier.toml", "api-port = 1\n\nmysql-user = \"a\n");
  const FinishedCommand failed = example.run({"config"});
  CHECK(failed.exit_status == 2);
  CHECK_THAT(failed.output,
             ContainsSubstring("notifier: " + example.path("notifier.toml") + ":3:16: the quotes are not closed"));
}

TEST_CASE("render prints the mail that a template makes of an event") {
  const Example example;
  const FinishedCommand rendered = example.run({"render", "t", example.path("event.json")});
  CHECK(rendered.exit_status == 0);
  CHECK(rendered.output == "Subject: For ada\n\n<cup> of 2023-10-27T10:00:00Z\n\n--- HTML ---\n<p>&lt;cup&gt;</p>\n");

  example.write("new.subject.mustache", "{{payload.item}}");
  example.write("new.text.mustache", "text");
  CHECK_THAT(example.run({"render", "new", example.path("event.json")}).output, ContainsSubstring("Subject: <cup>\n"));
  example.write("new.text.mustache", "{{payload.total}}");
  const FinishedCommand lacking = example.run({"render", "new", example.path("event.json")});
  CHECK(lacking.exit_status == 1);
  CHECK_THAT(lacking.output,
             ContainsSubstring("template 'new': in the text, the event has no text or number for payload.total"));
}

TEST_CASE("render says why there is no mail") {
  const Example example;
  const auto fault_of = [&](const std::string& template_name, const std::string& event, int status = 1) {
    const FinishedCommand failed = example.run({"render", template_name, example.path(event)});
    CHECK(failed.exit_status == status);
    return failed.output;
  };
  CHECK_THAT(fault_of("other", "event.json", 2), ContainsSubstring("other.text.mustache"));
  CHECK_THAT(fault_of("../t", "event.json", 2), ContainsSubstring("cannot be named"));
  CHECK_THAT(fault_of("t", "missing.json"),
             ContainsSubstring("cannot read") && ContainsSubstring("missing.json': No such file or directory."));
  example.write("invalid.json", R"({"eventType":"order"})");
  CHECK_THAT(fault_of("t", "invalid.json"), ContainsSubstring("would be refused: \"timestamp\" is required"));
  example.write("large.json", std::string(256 * 1024 + 1, ' '));
  CHECK_THAT(fault_of("t", "large.json"), ContainsSubstring("too large"));
  example.write("lacking.json", R"({"eventType":"order","timestamp":"2023-10-27T10:00:00Z",)"
                                R"("payload":{"userId":"u1","email":"ada@example.com","username":"ada"}})");
  CHECK_THAT(fault_of("t", "lacking.json"), ContainsSubstring("no text or number for payload.item"));
}
