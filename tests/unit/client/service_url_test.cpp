#include "http/client/service_url.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace notifier::client;

TEST_CASE("The URL of a service says how to reach it") {
  const auto plain = parse_service_url("http://127.0.0.1:3005");
  REQUIRE(plain);
  CHECK_FALSE(plain->tls);
  CHECK(plain->host == "127.0.0.1");
  CHECK(plain->port == "3005");
  CHECK(plain->host_field == "127.0.0.1:3005");
  CHECK(plain->base_path.empty());

  const auto behind_a_proxy = parse_service_url("HTTPS://example.com/notifier/");
  REQUIRE(behind_a_proxy);
  CHECK(behind_a_proxy->tls);
  CHECK(behind_a_proxy->port == "443");
  CHECK(behind_a_proxy->host_field == "example.com");
  CHECK(behind_a_proxy->base_path == "/notifier");

  const auto version_6 = parse_service_url("http://[::1]/");
  REQUIRE(version_6);
  CHECK(version_6->host == "::1");
  CHECK(version_6->host_field == "[::1]");
  CHECK(version_6->port == "80");
}

TEST_CASE("What is no plain URL of a service is refused") {
  for (const char* wrong :
       {"", "127.0.0.1:3005", "ftp://example.com", "http://", "http:///path", "http://user:word@host", "http://host?query",
        "http://host#part", "http://host:99999", "http://host:0", "http://host:", "http://a host"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_service_url(wrong));
  }
}
