#include "app/plain_passwords.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace notifier;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("A broker on another machine without TLS is warned of, without its password") {
  const auto warnings_of = [](const std::string& url) { return warnings_of_plain_passwords(RabbitmqSettings{.url = url}); };
  for (const char* fine : {"", "amqp://u:word@127.0.0.1", "amqp://u:word@localhost:1", "amqp://u:word@[::1]/v",
                           "amqps://u:word@broker.example.com,amqps://u:word@10.0.0.1"}) {
    CAPTURE(fine);
    CHECK(warnings_of(fine).empty());
  }
  const auto warnings = warnings_of("amqp://u:secret-word@broker.example.com,amqps://u:w@b,amqp://u:w@10.0.0.1:1");
  REQUIRE(warnings.size() == 2);
  CHECK_THAT(warnings[0], ContainsSubstring("RabbitMQ at broker.example.com:5672") && ContainsSubstring("amqps://") &&
                              !ContainsSubstring("secret-word"));
  CHECK_THAT(warnings[1], ContainsSubstring("10.0.0.1:1"));
}

TEST_CASE("A database on another machine without TLS is warned of") {
  CHECK(warnings_of_plain_passwords(MysqlSettings{}).empty());
  CHECK(warnings_of_plain_passwords(MysqlSettings{.host = "127.0.0.1"}).empty());
  CHECK(warnings_of_plain_passwords(MysqlSettings{.host = "db.example.com", .tls = MysqlTls::verify}).empty());
  CHECK(warnings_of_plain_passwords(MysqlSettings{.host = "db.example.com", .tls = MysqlTls::required}).empty());
  CHECK(warnings_of_plain_passwords(MysqlSettings{.host = "localhost,[::1]:3307"}).empty());
  const auto warnings = warnings_of_plain_passwords(MysqlSettings{.host = "127.0.0.1:3307, db.example.com:1"});
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], ContainsSubstring("MySQL at db.example.com") && ContainsSubstring("MYSQL_TLS=verify"));
}
