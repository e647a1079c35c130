#include "senders/mail/helo_name.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace notifier;

TEST_CASE("A host with a full name greets by it, any other one by its address") {
  const auto v4 = boost::asio::ip::make_address("10.0.0.7");
  const auto v6 = boost::asio::ip::make_address("2001:db8::7");
  CHECK(helo_name("mail.example.com", v4) == "mail.example.com");
  CHECK(helo_name("3f2a1b4c5d6e", v4) == "[10.0.0.7]");
  CHECK(helo_name("3f2a1b4c5d6e", v6) == "[IPv6:2001:db8::7]");
  CHECK(helo_name("", v4) == "[10.0.0.7]");
  CHECK(helo_name("host.", v4) == "[10.0.0.7]");
  CHECK(helo_name(".example", v4) == "[10.0.0.7]");
}

TEST_CASE("What this host greets by is fully qualified") {
  CHECK_THAT(default_helo(), Catch::Matchers::ContainsSubstring("."));
}
