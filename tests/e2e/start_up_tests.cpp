#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "support/database_session.hpp"
#include "support/free_port.hpp"
#include "support/rabbitmq_management.hpp"
#include "support/raw_http_client.hpp"
#include "support/system_under_test.hpp"
#include "support/tcp_proxy.hpp"
#include "support/test_servers.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("A wrong setting ends with status 2 and a sentence that names it") {
  struct Case {
    std::vector<std::string> arguments;
    Environment environment;
    std::string names;
  };
  const TemporaryFolder folder;
  const std::vector<Case> cases{
      {{"api"}, {{"API_KEY", "k"}}, "RABBITMQ_URL"},
      {{"api"}, {{"RABBITMQ_URL", "amqp://guest:guest@127.0.0.1"}}, "API_KEY"},
      {{"consume"}, {{"RABBITMQ_URL", "amqp://guest:guest@127.0.0.1"}}, "MYSQL_HOST"},
      {{"all"}, {{"MYSQL_HOST", "db1,db2:none"}, {"MYSQL_USER", "u"}}, "MYSQL_HOST"},
      {{"all"}, {{"API_PORT", "seventy"}}, "API_PORT"},
      {{"all"}, {{"API_PORT", "70000"}}, "API_PORT"},
      {{"all"}, {{"MAX_RETRIES", "-1"}}, "MAX_RETRIES"},
      {{"all"}, {{"RETRY_DELAYS", "1s,soon"}}, "RETRY_DELAYS"},
      {{"all"}, {{"MOCK_LATENCY", "1 fortnight"}}, "MOCK_LATENCY"},
      {{"all"}, {{"SENDER", "pigeon"}}, "SENDER"},
      {{"all"}, {{"LOG_LEVEL", "loud"}}, "LOG_LEVEL"},
      {{"all"}, {{"RABBITMQ_URL", "http://broker"}, {"API_KEY", "k"}}, "RABBITMQ_URL"},
      {{"all"}, {{"API_KEY", "k"}, {"API_KEY_FILE", "/etc/hostname"}}, "API_KEY"},
      {{"all"}, {{"API_KEY_FILE", "/no/such/file"}}, "/no/such/file"},
      {{"all"}, {{"NOTIFIER_CONFIG", "/no/such/file"}}, "/no/such/file"},
      {{"all", "--api-key=secret-word"}, {}, "API_KEY"},
      {{"all", "--no-such-flag"}, {}, "--no-such-flag"},
      {{"sing"}, {}, "there is no command 'notifier sing'"},
      {{"config", "--check", "sing"}, {}, "PROCESS"},
      {{"dead-letters", "replay"}, {{"DATA_DIR", folder.path()}}, "give either ids"},
      {{"dead-letters", "discard", "1", "--why", ""}, {{"DATA_DIR", folder.path()}}, "--why must have"},
      {{"send", "none", "--url", "http://192.0.2.1"}, {{"API_KEY", "k"}}, "--insecure-http"},
      {{}, {}, "which command"},
  };
  for (const Case& wrong : cases) {
    NotifierProcess notifier{wrong.arguments, wrong.environment};
    CAPTURE(wrong.arguments, notifier.output());
    CHECK(notifier.wait_for_exit() == 2);
    CHECK_THAT(notifier.output(), ContainsSubstring(wrong.names));
    CHECK_THAT(notifier.output(), !ContainsSubstring("secret-word"));
  }
}

TEST_CASE("What sends is checked before anything is said to listen, by each process and by config --check alike") {
  struct Case {
    std::string sender;
    std::string route;
    Environment environment;
    std::string names;
  };
  const std::string smtp = "type = \"smtp\"\nhost = \"127.0.0.1\"\nfrom = \"a@example.com\"\n";
  const std::string webhook = "type = \"webhook\"\nurl = \"https://example.com/\"\n";
  const std::string words = "template = \"t\"\n";
  const std::vector<Case> cases{
      {webhook + "secrets = [\"secret-word\"]\n", "", {}, "[senders.s]: webhook secret 1 does not begin with whsec_"},
      {webhook + "secrets-file = \"none\"\n", "", {}, "[senders.s] secrets-file: "},
      {webhook + "secrets = [\"whsec_bm90aWZpZXItdGVzdC1zZWNyZXQtMDEy\"]\nca-file = \"none\"\n", "", {}, "[senders.s]: "},
      {"type = \"smtp\"\nhost = \"127.0.0.1\"\nfrom = \"nobody\"\n", words, {}, "[senders.s] from: "},
      {smtp + "ca-file = \"t.text.mustache\"\n", words, {}, "t.text.mustache holds no certificates"},
      {smtp, "", {}, "[routes.r] needs template: "},
      {smtp, "template = \"missing\"\n", {}, "notifier.toml:9:12: [routes.r] template: there is no file "},
      {smtp, "template = \"wrong\"\n", {}, "wrong.text.mustache: {{usrname}}: no such variable"},
      {smtp, "template = \"empty\"\n", {}, "empty.subject.mustache: there are no words in it"},
      {smtp, "template = \"partial\"\n", {}, "partial.text.mustache: {{> footer}}: there is no file"},
      {"type = \"mock\"\nrecord = \"none/sends\"\n", "", {}, "none/sends"},
      {"type = \"mock\"\n", "", {{"RABBITMQ_URL", "amqps://127.0.0.1"}, {"RABBITMQ_CA_FILE", "/none"}}, "RABBITMQ_CA_FILE"},
      {"type = \"mock\"\n", "", {{"MYSQL_TLS", "verify"}, {"MYSQL_CA_FILE", "/etc/hostname"}}, "MYSQL_CA_FILE"},
      {"type = \"mock\"\n",
       "",
       {{"API_HOST", "0.0.0.0"}, {"API_KEY", "short"}, {"RABBITMQ_URL", "nonsense"}},
       "RABBITMQ_URL"},
  };
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream{folder.path() + "/" + name} << text;
  };
  for (const char* name : {"t", "wrong", "empty", "partial"}) {
    write(std::string{name} + ".subject.mustache", "Hello");
    write(std::string{name} + ".text.mustache", "Hello");
  }
  write("wrong.text.mustache", "{{usrname}}");
  write("empty.subject.mustache", "{{! later }}");
  write("partial.text.mustache", "{{> footer}}");
  for (const Case& wrong : cases) {
    write("notifier.toml", "template-dir = \".\"\n[senders.s]\n" + wrong.sender +
                               "[routes.r]\nevents = \"*\"\nsenders = \"s\"\n" + wrong.route);
    Environment environment{{"RABBITMQ_URL", "amqp://127.0.0.1"}, {"MYSQL_HOST", "127.0.0.1"}, {"MYSQL_USER", "u"},
                            {"API_KEY", "0123456789abcdef"},      {"API_PORT", "0"},           {"HEALTH_PORT", "0"}};
    for (const auto& [name, value] : wrong.environment) environment[name] = value;
    std::set<std::string> sentences;
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{"all"}, {"consume"}, {"config", "--check"}, {"config", "--check", "all"}}) {
      std::vector<std::string> arguments{"--config", folder.path() + "/notifier.toml"};
      arguments.insert(arguments.end(), command.begin(), command.end());
      NotifierProcess notifier{arguments, environment};
      CAPTURE(wrong.names, arguments);
      CHECK(notifier.wait_for_exit() == 2);
      CHECK_THAT(notifier.output(), ContainsSubstring(wrong.names));
      CHECK_THAT(notifier.output(), !ContainsSubstring("listens on") && !ContainsSubstring("started") &&
                                        !ContainsSubstring("valid") && !ContainsSubstring("secret-word"));
      sentences.insert(notifier.output());
    }
    CHECK(sentences.size() == 1);
  }
}

TEST_CASE("What the API needs is checked before it is said to have started") {
  const Environment sound{{"RABBITMQ_URL", "amqps://127.0.0.1"}, {"API_KEY", "0123456789abcdef"}, {"API_PORT", "0"}};
  const std::vector<std::pair<Environment, std::string>> cases{
      {{{"RABBITMQ_CA_FILE", "/none"}}, "RABBITMQ_CA_FILE"},
      {{{"API_HOST", "0.0.0.0"}, {"API_KEY", "short"}}, "API_HOST"},
      {{{"MYSQL_HOST", "127.0.0.1"}}, "MYSQL_USER"},
      {{{"MYSQL_HOST", "127.0.0.1"}, {"MYSQL_USER", "u"}, {"MYSQL_TLS", "verify"}, {"MYSQL_CA_FILE", "/none"}},
       "MYSQL_CA_FILE"},
  };
  for (const auto& [wrong, names] : cases) {
    Environment environment = sound;
    for (const auto& [name, value] : wrong) environment[name] = value;
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{"api"}, {"config", "--check", "api"}}) {
      NotifierProcess notifier{command, environment};
      CAPTURE(names, command);
      CHECK(notifier.wait_for_exit() == 2);
      CHECK_THAT(notifier.output(), ContainsSubstring(names) && !ContainsSubstring("started"));
    }
  }
}

TEST_CASE("SIGHUP and the like, which tell others to read their settings anew, are logged and end nothing") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder)};
  const std::uint16_t port = all.port();
  for (const auto& [number, name] : {std::pair{SIGHUP, "SIGHUP"}, {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}}) {
    all.signal(number);
    CAPTURE(name);
    REQUIRE(wait_until([&] { return lines_with("\"signal\":\"" + std::string{name} + "\"", all.output()) == 1; }));
  }
  CHECK(lines_with("signal ignored", all.output()) == 3);
  await_status(port, accepted_event_id(port, event_body()), "SENT");
  all.signal(SIGTERM);
  CHECK(all.wait_for_exit() == 0);
}

TEST_CASE("A signal that notifier was started to ignore, as nohup does, is ignored without a word") {
  const TemporaryFolder folder;
  Environment settings = embedded_settings(folder);
  struct sigaction before{};
  struct sigaction ignoring{};
  ignoring.sa_handler = SIG_IGN;
  REQUIRE(::sigaction(SIGHUP, &ignoring, &before) == 0);
  NotifierProcess all{{"all"}, settings};
  REQUIRE(::sigaction(SIGHUP, &before, nullptr) == 0);
  static_cast<void>(all.port());
  all.signal(SIGHUP);
  all.signal(SIGUSR1);
  REQUIRE(wait_until([&] { return lines_with("SIGUSR1", all.output()) == 1; }));
  CHECK(lines_with("SIGHUP", all.output()) == 0);
  all.signal(SIGTERM);
  CHECK(all.wait_for_exit() == 0);
}

TEST_CASE("A port in use ends with status 1 and a sentence that names it") {
  boost::asio::io_context context;
  const boost::asio::ip::tcp::acceptor taken{context, {boost::asio::ip::address_v4::loopback(), 0}};
  const std::string port = std::to_string(taken.local_endpoint().port());
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder, {{"API_PORT", port}})};
  CHECK(all.wait_for_exit() == 1);
  CHECK_THAT(all.output(), ContainsSubstring(port));
}

TEST_CASE("Servers that refuse end the start with status 1 and a sentence without the password") {
  const RealServers servers;
  SECTION("wrong password of the database") {
    NotifierProcess consume{{"consume"}, servers.settings({{"MYSQL_PASSWORD", "wrong-word"}})};
    CHECK(consume.wait_for_exit() == 1);
    CHECK_THAT(consume.output(), ContainsSubstring("MYSQL_PASSWORD") && !ContainsSubstring("wrong-word"));
  }
  SECTION("a database that does not exist") {
    NotifierProcess consume{{"consume"}, servers.settings({{"MYSQL_DATABASE", "no_such_database"}})};
    CHECK(consume.wait_for_exit() == 1);
    CHECK_THAT(consume.output(), ContainsSubstring("no_such_database"));
  }
  SECTION("wrong password of the broker") {
    const std::string url = "amqp://guest:wrong-word@127.0.0.1:" + std::to_string(rabbitmq_port()) + "/" + servers.vhost();
    NotifierProcess api{{"api"}, servers.settings({{"RABBITMQ_URL", url}})};
    CHECK(api.wait_for_exit() == 1);
    CHECK_THAT(api.output(), ContainsSubstring("RABBITMQ_URL") && !ContainsSubstring("wrong-word"));
  }
  SECTION("a classic queue where quorum is set") {
    call_rabbitmq_management("PUT", "/api/queues/" + servers.vhost() + "/notification_events", R"({"durable":true})");
    NotifierProcess api{{"api"}, servers.settings()};
    CHECK(api.wait_for_exit() == 1);
    CHECK_THAT(api.output(),
               ContainsSubstring("notification_events") && ContainsSubstring("keep it: with RABBITMQ_QUEUE_TYPE=classic"));
  }
  SECTION("a quorum queue where classic is set") {
    call_rabbitmq_management("PUT", "/api/queues/" + servers.vhost() + "/notification_events",
                             R"({"durable":true,"arguments":{"x-queue-type":"quorum"}})");
    NotifierProcess api{{"api"}, servers.settings({{"RABBITMQ_QUEUE_TYPE", "classic"}})};
    CHECK(api.wait_for_exit() == 1);
    CHECK_THAT(api.output(), ContainsSubstring("keep it: with RABBITMQ_QUEUE_TYPE=quorum"));
  }
}

TEST_CASE("A server that nobody listens for is told with its place and the system's words") {
  const std::string port = std::to_string(free_port());
  NotifierProcess consume{{"consume"},
                          {{"RABBITMQ_URL", "amqp://127.0.0.1:" + port},
                           {"MYSQL_HOST", "127.0.0.1"},
                           {"MYSQL_PORT", port},
                           {"MYSQL_USER", "u"},
                           {"HEALTH_PORT", "0"}}};
  const auto says = [&](const std::string& words) { return wait_until([&] { return consume.output().contains(words); }); };
  CHECK(says("no connection to 127.0.0.1:" + port + ": Connection refused. Is RabbitMQ running there"));
  CHECK(says("no connection to the MySQL server 127.0.0.1:" + port));
  CHECK_THAT(consume.output(), ContainsSubstring("(Connection refused). Is it running there, and are MYSQL_HOST"));
}

TEST_CASE("Flags win over the environment, the environment over the file, the file over the defaults") {
  const TemporaryFolder folder;
  const std::string file = folder.path() + "/notifier.toml";
  {
    std::ofstream stream{file};
    stream << "api-port = 1111\nmax-retries = 7\nprefetch = 77\nmysql-password = \"secret-word\"\n";
  }
  NotifierProcess config{{"--config", file, "config", "--api-port", "3333"}, {{"API_PORT", "2222"}, {"MAX_RETRIES", "8"}}};
  CHECK(config.wait_for_exit() == 0);
  CHECK_THAT(config.output(), ContainsSubstring("api-port = 3333\n") && ContainsSubstring("max-retries = 8\n") &&
                                  ContainsSubstring("prefetch = 77\n") && ContainsSubstring("health-port = 3006\n"));
  CHECK_THAT(config.output(), ContainsSubstring("mysql-password") && !ContainsSubstring("secret-word"));

  {
    std::ofstream stream{file};
    stream << "api-prot = 1111\n";
  }
  NotifierProcess unknown{{"--config", file, "config"}, {}};
  CHECK(unknown.wait_for_exit() == 2);
  CHECK_THAT(unknown.output(), ContainsSubstring("api-prot"));
}

TEST_CASE("Help and version are printed with status 0") {
  NotifierProcess help{{"--help"}, {}};
  CHECK(help.wait_for_exit() == 0);
  CHECK_THAT(help.output(), ContainsSubstring("consume") && ContainsSubstring("RABBITMQ_URL"));
  NotifierProcess version{{"--version"}, {}};
  CHECK(version.wait_for_exit() == 0);
  CHECK_THAT(version.output(), ContainsSubstring("notifier 0."));
}

TEST_CASE("With nothing configured, all starts by itself and prints address, key and a curl") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, {{"API_PORT", "0"}, {"DATA_DIR", folder.path()}}};
  const std::uint16_t port = all.port();
  REQUIRE(wait_until([&] { return all.output().find("curl -i") != std::string::npos; }));
  CHECK_THAT(all.output(), ContainsSubstring("http://127.0.0.1:" + std::to_string(port)) && ContainsSubstring("made up"));
}

TEST_CASE("migrate brings the schema up and can be repeated") {
  const RealServers servers;
  for (int run = 0; run < 2; ++run) {
    NotifierProcess migrate{{"migrate"}, servers.settings()};
    CHECK(migrate.wait_for_exit() == 0);
  }
  CHECK(servers.database().query("SELECT COUNT(*) FROM notifications").front().front() == "0");
}

TEST_CASE("The schema is brought up to date though the server knows no named locks") {
  const RealServers servers;
  TcpProxy proxy{mysql_port()};
  proxy.rewrite("GET_LOCK(", "NOT_LOCK(");
  NotifierProcess migrate{{"migrate"}, servers.settings({{"MYSQL_PORT", std::to_string(proxy.port())}})};
  CHECK(migrate.wait_for_exit() == 0);
  CHECK(lines_with("GET_LOCK", migrate.output()) == 1);
}

TEST_CASE("Two processes that bring the schema up to date at once both succeed, whoever has the lock") {
  const RealServers servers;
  TcpProxy proxy{mysql_port()};
  proxy.rewrite("notifier_migrate_", "a_lock_of_its_own");
  NotifierProcess first{{"migrate"}, servers.settings()};
  NotifierProcess second{{"migrate"}, servers.settings({{"MYSQL_PORT", std::to_string(proxy.port())}})};
  CHECK(first.wait_for_exit() == 0);
  CHECK(second.wait_for_exit() == 0);
}

TEST_CASE("A consumer that waits for another process to migrate the schema is not ready") {
  const RealServers servers;
  NotifierProcess migrate{{"migrate"}, servers.settings()};
  REQUIRE(migrate.wait_for_exit() == 0);
  DatabaseSession other{servers.database().port(), servers.database().name()};
  other.query("DELETE FROM schema_migrations");
  other.query("SELECT GET_LOCK(CONCAT('notifier_migrate_', CRC32(DATABASE())), 10)");
  NotifierProcess waiting{{"consume"}, servers.settings()};
  REQUIRE(wait_until([&] {
    return waiting.output().contains("database available") && waiting.output().contains("Connected to RabbitMQ");
  }));
  const HttpAnswer answer = http_request(waiting.port(), "GET", "/health/ready");
  CHECK(answer.status == 503);
  CHECK_THAT(answer.body, ContainsSubstring("schema"));
  other.query("DO RELEASE_LOCK(CONCAT('notifier_migrate_', CRC32(DATABASE())))");
  CHECK(wait_until([&] { return http_request(waiting.port(), "GET", "/health/ready").status == 200; }));
}

TEST_CASE("A schema that is being made is no outage") {
  const RealServers servers;
  std::optional<DatabaseSession> other{std::in_place, servers.database().port(), servers.database().name()};
  other->query("SELECT GET_LOCK(CONCAT('notifier_migrate_', CRC32(DATABASE())), 10)");
  NotifierProcess consume{{"consume"}, servers.settings()};
  REQUIRE(wait_until([&] { return consume.output().contains("Connected to RabbitMQ"); }));
  CHECK(http_request(consume.port(), "GET", "/health/ready").status == 503);
  other.reset();
  REQUIRE(wait_until([&] { return http_request(consume.port(), "GET", "/health/ready").status == 200; }));
  CHECK(lines_with("database unavailable", consume.output()) == 0);
}

TEST_CASE("After SIGTERM the API is not ready but serves on for SHUTDOWN_DELAY, then its port is closed") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder, {{"SHUTDOWN_DELAY", "8s"}})};
  const std::uint16_t port = all.port();
  REQUIRE(wait_until([&] { return http_request(port, "GET", "/health/ready").status == 200; }));
  all.signal(SIGTERM);
  REQUIRE(wait_until([&] { return http_request(port, "GET", "/health/ready").status == 503; }));
  CHECK_THAT(http_request(port, "GET", "/health/ready").body, ContainsSubstring(R"("status":"stopping")"));
  CHECK(http_request(port, "GET", "/health").status == 200);
  await_status(port, accepted_event_id(port, event_body()), "SENT");
  CHECK(all.wait_for_exit() == 0);
}

TEST_CASE("During SHUTDOWN_DELAY each answer ends its connection, so that load balancers keep none to a port that closes") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder, {{"SHUTDOWN_DELAY", "1h"}})};
  RawHttpClient kept{all.port()};
  const auto ends_connection = [&] {
    kept.send(raw_request("GET", "/health"));
    return kept.read_answer().value().header("connection") == "close";
  };
  CHECK_FALSE(ends_connection());
  all.signal(SIGTERM);
  REQUIRE(wait_until(ends_connection));
  CHECK_FALSE(kept.read_answer().has_value());
  CHECK(ingest(all.port(), event_body()).status == 202);
}

TEST_CASE("A second signal ends the delay before the port is closed") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder, {{"SHUTDOWN_DELAY", "1h"}})};
  const std::uint16_t port = all.port();
  all.signal(SIGTERM);
  // Two signals that come together are one, and before it is ready the status is 503 as well.
  REQUIRE(wait_until([&] { return http_request(port, "GET", "/health/ready").body.contains("stopping"); }));
  all.signal(SIGTERM);
  CHECK(all.wait_for_exit().value_or(0) != 0);
}

TEST_CASE("The health check asks the process that it is told to, where that listens") {
  const auto port_of_nobody = std::to_string(free_port());
  for (const char* host : {"127.0.0.2", "::1", "[::1]", "localhost", "0.0.0.0", "::"}) {
    CAPTURE(host);
    const TemporaryFolder data;
    NotifierProcess all{{"all"}, embedded_settings(data, {{"API_HOST", host}})};
    const Environment place{{"API_HOST", host}, {"API_PORT", std::to_string(all.port())}, {"HEALTH_PORT", port_of_nobody}};
    CHECK(run_command({"healthcheck"}, place).exit_status == 0);
    CHECK(run_command({"healthcheck", "api"}, place).exit_status == 0);
    const FinishedCommand consume = run_command({"healthcheck", "consume"}, place);
    CHECK(consume.exit_status == 1);
    CHECK_THAT(consume.output, ContainsSubstring("http://127.0.0.1:" + port_of_nobody));
    const bool is_literal_v6 = std::string{host}.contains("::");
    CHECK_THAT(all.output(), ContainsSubstring(is_literal_v6 ? "http://[::1]:" : "http://"));
  }
}

TEST_CASE("With the image's environment the API and the health of `consume` are reachable from outside of the container") {
  std::ifstream dockerfile{NOTIFIER_DOCKERFILE};
  Environment image;
  for (std::string line; std::getline(dockerfile, line);) {
    if (!line.starts_with("ENV ")) continue;
    std::istringstream assignments{line.substr(4)};
    for (std::string assignment; assignments >> assignment;) {
      image[assignment.substr(0, assignment.find('='))] = assignment.substr(assignment.find('=') + 1);
    }
  }
  const TemporaryFolder folder;
  Environment settings = embedded_settings(folder);
  for (const auto& [name, value] : image) {
    if (name != "DATA_DIR") settings[name] = value;
  }
  NotifierProcess all{{"all"}, settings};
  // An address of loopback that is not the one listened on by default.
  const Environment outside{{"API_HOST", "127.0.0.2"}, {"API_PORT", std::to_string(all.port())}};
  CHECK(run_command({"healthcheck", "api"}, outside).exit_status == 0);
  CHECK(image.at("HEALTH_HOST") == image.at("API_HOST"));
}

TEST_CASE("A short API key is warned of by its name") {
  const TemporaryFolder folder;
  NotifierProcess all{
      {"all"}, embedded_settings(folder, {{"API_KEY", "short-secret"}, {"API_KEYS", "shop:ingest:0123456789abcdef"}})};
  static_cast<void>(all.port());
  CHECK(lines_with("short enough to be guessed", all.output()) == 1);
  CHECK_THAT(all.output(), ContainsSubstring(R"("key":"API_KEY")") && !ContainsSubstring("short-secret"));
}
