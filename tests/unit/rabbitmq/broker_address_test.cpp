#include "broker/rabbitmq/broker_address.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using Catch::Matchers::ContainsSubstring;
using notifier::rabbitmq::BrokerAddress;
using notifier::rabbitmq::parse_broker_addresses;

namespace {

BrokerAddress only_address(std::string_view url) {
  const auto addresses = parse_broker_addresses(url);
  REQUIRE(addresses);
  REQUIRE(addresses->size() == 1);
  return addresses->front();
}

}  // namespace

TEST_CASE("A broker URL says where, as whom and in which vhost") {
  const BrokerAddress address = only_address("amqp://ann:word@broker.example:5673/events");
  CHECK(address.host == "broker.example");
  CHECK(address.port == 5673);
  CHECK_FALSE(address.tls);
  CHECK(address.user == "ann");
  CHECK(address.password == "word");
  CHECK(address.vhost == "events");
}

TEST_CASE("What a broker URL leaves out is RabbitMQ's default") {
  const BrokerAddress address = only_address("amqp://broker");
  CHECK(address.port == 5672);
  CHECK(address.user == "guest");
  CHECK(address.password == "guest");
  CHECK(address.vhost == "/");
  CHECK(only_address("amqp://broker/").vhost == "/");
  CHECK(only_address("amqps://broker").port == 5671);
  CHECK(only_address("amqps://broker").tls);
}

TEST_CASE("User, password and vhost of a broker URL are percent-decoded") {
  const BrokerAddress address = only_address("amqp://a%40b:p%3A%2Fw%C3%BC@broker/%2Fevents");
  CHECK(address.user == "a@b");
  CHECK(address.password == "p:/w\xC3\xBC");
  CHECK(address.vhost == "/events");
  CHECK(only_address("amqp://broker/%2F").vhost == "/");
}

TEST_CASE("A broker URL may name an IPv6 address") {
  const BrokerAddress address = only_address("amqp://[::1]:5673/");
  CHECK(address.host == "::1");
  CHECK(address.host_and_port() == "[::1]:5673");
}

TEST_CASE("Several broker URLs are separated by commas, which passwords may hold too") {
  const auto addresses = parse_broker_addresses("amqp://u:a,b@one/v, amqps://u:c@two:99/v,amqp://three");
  REQUIRE(addresses);
  REQUIRE(addresses->size() == 3);
  CHECK((*addresses)[0].password == "a,b");
  CHECK((*addresses)[0].vhost == "v");
  CHECK((*addresses)[1].host == "two");
  CHECK((*addresses)[1].port == 99);
  CHECK((*addresses)[2].host == "three");
}

TEST_CASE("A wrong broker URL is refused without showing its password") {
  const std::string url =
      GENERATE(as<std::string>{}, "", "broker", "http://u:secret@broker", "amqp://u:secret@", "amqp://u:secret@broker:0",
               "amqp://u:secret@broker:70000", "amqp://u:secret@broker:port", "amqp://u:sec@secret@broker",
               "amqp://u:secret%zz@broker", "amqp://u:secret%00@broker", "amqp://u:secret@broker/a/b",
               "amqp://u:secret@broker/v?heartbeat=5", "amqp://u:secret@broker/v#secret", "amqp://u:secret@one,two",
               "amqp://u:secret@one,amqp://u:secret@two:0");
  CAPTURE(url);
  const auto addresses = parse_broker_addresses(url);
  REQUIRE_FALSE(addresses);
  CHECK_FALSE(addresses.error().empty());
  CHECK_THAT(addresses.error(), !ContainsSubstring("secret"));
}
