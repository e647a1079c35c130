#include "base/loopback.hpp"

#include <catch2/catch_test_macros.hpp>

using notifier::is_loopback;

TEST_CASE("Only this machine's own addresses are loopback") {
  for (const char* own : {"localhost", "127.0.0.1", "127.8.9.1", "::1"}) {
    CAPTURE(own);
    CHECK(is_loopback(own));
  }
  for (const char* other : {"localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "::2", ""}) {
    CAPTURE(other);
    CHECK_FALSE(is_loopback(other));
  }
}
