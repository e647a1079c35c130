#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "broker/rabbitmq/amqp_connection.hpp"
#include "support/http_receiver.hpp"
#include "support/self_signed.hpp"
#include "support/test_servers.hpp"

using namespace notifier;
using namespace notifier::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Why there is no connection to a server of TLS that has the certificate, and speaks no AMQP behind it.
std::string failure_of(const SelfSigned& certificate, const std::string& host) {
  const TemporaryFolder folder;
  certificate.write(folder.path() + "/ca.pem");
  const HttpReceiver server{certificate.server_context()};
  rabbitmq::Watchdog watchdog;
  const auto connection = rabbitmq::AmqpConnection::open(
      {.host = host, .port = server.port(), .tls = true, .user = "guest", .password = "guest", .vhost = "/"},
      folder.path() + "/ca.pem", "test", watchdog);
  REQUIRE_FALSE(connection);
  return connection.error().text;
}

const std::string trusted = "does not complete the login";
const std::string refused = "is not trusted";

}  // namespace

TEST_CASE("A broker's certificate is for the name or address by which the broker is reached") {
  CHECK_THAT(failure_of(SelfSigned{"localhost"}, "localhost"), ContainsSubstring(trusted));
  CHECK_THAT(failure_of(SelfSigned{"broker", "IP:127.0.0.1"}, "127.0.0.1"), ContainsSubstring(trusted));
  CHECK_THAT(failure_of(SelfSigned{"broker", "DNS:other,DNS:localhost"}, "localhost"), ContainsSubstring(trusted));

  CHECK_THAT(failure_of(SelfSigned{"localhost", ""}, "localhost"), ContainsSubstring(refused));
  CHECK_THAT(failure_of(SelfSigned{"127.0.0.1", ""}, "127.0.0.1"), ContainsSubstring(refused));
  CHECK_THAT(failure_of(SelfSigned{"127.0.0.1", "DNS:127.0.0.1"}, "127.0.0.1"), ContainsSubstring(refused));
  CHECK_THAT(failure_of(SelfSigned{"localhost", "DNS:other"}, "localhost"), ContainsSubstring(refused));
  CHECK_THAT(failure_of(SelfSigned{"localhost", "IP:127.0.0.1"}, "localhost"), ContainsSubstring(refused));
}
