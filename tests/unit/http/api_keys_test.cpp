#include "http/api_keys.hpp"

#include <catch2/catch_test_macros.hpp>

using notifier::http::ApiKeys;

TEST_CASE("each of the keys opens, and nothing else does") {
  const ApiKeys keys{{"first", "second"}};

  CHECK(keys.allow("first"));
  CHECK(keys.allow("second"));
  CHECK_FALSE(keys.allow("third"));
  CHECK_FALSE(keys.allow("firs"));
  CHECK_FALSE(keys.allow("first "));
  CHECK_FALSE(keys.allow("First"));
  CHECK_FALSE(keys.allow("first,second"));
  CHECK_FALSE(keys.allow(""));
}

TEST_CASE("an empty key opens nothing") {
  CHECK_FALSE(ApiKeys{{""}}.allow(""));
  CHECK_FALSE(ApiKeys{{}}.allow(""));
}
