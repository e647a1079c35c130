#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "contract/sender/sending.hpp"
#include "contract/sender/webhook_fixture.hpp"
#include "support/self_signed.hpp"
#include "support/test_servers.hpp"

// Whom webhooks are not sent to.

namespace notifier::testing {
namespace {

using Catch::Matchers::ContainsSubstring;

/// Sets a variable of the environment as long as it lives.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const std::string& value) : name_{name} { ::setenv(name, value.c_str(), 1); }
  ~EnvironmentVariable() { ::unsetenv(name_); }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

 private:
  const char* name_;
};

TEST_CASE("An address that is not public is not connected to, however it is written", "[sender][webhook]") {
  WebhookFixture fixture;
  const std::string host = GENERATE("127.0.0.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "2130706433", "0x7f000001",
                                    "0177.0.0.1", "127.1", "localhost", "LOCALHOST", "0.0.0.0", "[::1]", "[::]");
  CAPTURE(host);
  fixture.settings.url = "http://" + host + ":" + std::to_string(fixture.receiver.port()) + "/";
  fixture.settings.allow = {"10.0.0.0/8", "126.0.0.0/8"};
  Sending sending{fixture};
  const SendResult result = sending.result_of("evt-1");
  REQUIRE(std::holds_alternative<TransientFailure>(result));
  CHECK_THAT(std::get<TransientFailure>(result).error, ContainsSubstring("WEBHOOK_ALLOW"));
  CHECK(fixture.receiver.connections() == 0);
}

TEST_CASE("A network that is allowed is connected to, by its name too", "[sender][webhook]") {
  WebhookFixture fixture;
  const std::string host = GENERATE("127.0.0.1", "[::ffff:127.0.0.1]", "localhost");
  CAPTURE(host);
  fixture.settings.url = "http://" + host + ":" + std::to_string(fixture.receiver.port()) + "/";
  fixture.settings.allow = {"127.0.0.1"};
  Sending sending{fixture};
  CHECK(std::holds_alternative<Sent>(sending.result_of("evt-1")));
}

TEST_CASE("A proxy of the environment is not used", "[sender][webhook]") {
  WebhookFixture fixture;
  const HttpReceiver proxy;
  const std::string url = "http://127.0.0.1:" + std::to_string(proxy.port());
  const EnvironmentVariable http{"http_proxy", url};
  const EnvironmentVariable all{"all_proxy", url};
  Sending sending{fixture};
  CHECK(std::holds_alternative<Sent>(sending.result_of("evt-1")));
  CHECK(fixture.receiver.requests().size() == 1);
  CHECK(proxy.connections() == 0);
}

TEST_CASE("Over TLS a receiver gets webhooks when its certificate is trusted, and for its name", "[sender][webhook]") {
  const TemporaryFolder folder;
  const SelfSigned certificate{"localhost"};
  const HttpReceiver receiver{certificate.server_context()};
  WebhookFixture fixture;
  fixture.settings.ca_file = folder.path() + "/ca.pem";
  fixture.settings.url = "https://localhost:" + std::to_string(receiver.port()) + "/";
  certificate.write(fixture.settings.ca_file);
  Sending sending{fixture};
  CHECK(std::holds_alternative<Sent>(sending.result_of("evt-1")));
  CHECK(std::holds_alternative<Sent>(sending.result_of("evt-2")));
  CHECK(receiver.requests().size() == 2);
  CHECK(receiver.connections() == 1);
}

TEST_CASE("A receiver whose certificate is not trusted, or for another name, gets none", "[sender][webhook]") {
  const TemporaryFolder folder;
  WebhookFixture fixture;
  SelfSigned certificate{"localhost"};
  SECTION("not trusted") {}
  SECTION("trusted, but another one") { SelfSigned{"localhost"}.write(folder.path() + "/ca.pem"); }
  SECTION("for another name") {
    certificate = SelfSigned{"other.example"};
    certificate.write(folder.path() + "/ca.pem");
  }
  if (std::filesystem::exists(folder.path() + "/ca.pem")) fixture.settings.ca_file = folder.path() + "/ca.pem";
  const HttpReceiver receiver{certificate.server_context()};
  fixture.settings.url = "https://localhost:" + std::to_string(receiver.port()) + "/";
  Sending sending{fixture};
  const SendResult result = sending.result_of("evt-1");
  REQUIRE(std::holds_alternative<TransientFailure>(result));
  CHECK_THAT(std::get<TransientFailure>(result).error, ContainsSubstring("certificate"));
  CHECK(receiver.requests().empty());
}

TEST_CASE("A receiver's certificate counts for its alternative names, not for its common name", "[sender][webhook]") {
  struct Certified {
    const char* host;
    const char* common_name;
    const char* alternative_names;
    bool is_for_host;
  };
  const auto certified = GENERATE(
      Certified{"localhost", "localhost", "", false}, Certified{"localhost", "localhost", "email:a@localhost", false},
      Certified{"localhost", "localhost", "IP:127.0.0.1", false}, Certified{"localhost", "localhost", "DNS:l*", false},
      Certified{"localhost", "other.example", "DNS:localhost", true}, Certified{"127.0.0.1", "127.0.0.1", "", false},
      Certified{"127.0.0.1", "127.0.0.1", "DNS:127.0.0.1", false},
      Certified{"127.0.0.1", "127.0.0.1", "IP:127.0.0.9", false},
      Certified{"127.0.0.1", "other.example", "IP:127.0.0.1", true},
      Certified{"[::ffff:127.0.0.1]", "other.example", "IP:::ffff:127.0.0.1", true});
  CAPTURE(certified.host, certified.common_name, certified.alternative_names);
  const TemporaryFolder folder;
  const SelfSigned certificate{certified.common_name, certified.alternative_names};
  const HttpReceiver receiver{certificate.server_context()};
  WebhookFixture fixture;
  fixture.settings.ca_file = folder.path() + "/ca.pem";
  certificate.write(fixture.settings.ca_file);
  fixture.settings.url = "https://" + std::string{certified.host} + ":" + std::to_string(receiver.port()) + "/";
  Sending sending{fixture};
  const SendResult result = sending.result_of("evt-1");
  CHECK(receiver.requests().size() == (certified.is_for_host ? 1 : 0));
  REQUIRE(std::holds_alternative<Sent>(result) == certified.is_for_host);
  if (!certified.is_for_host) CHECK_THAT(std::get<TransientFailure>(result).error, ContainsSubstring("alternative name"));
}

}  // namespace
}  // namespace notifier::testing
