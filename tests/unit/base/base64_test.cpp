#include "base/base64.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace notifier;

TEST_CASE("base64 gives the test vectors of RFC 4648, 10") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64 takes bytes of any value") { CHECK(base64(std::string{"\0\xFF\x10", 3}) == "AP8Q"); }
