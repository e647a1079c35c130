#include "http/server/api_keys.hpp"

#include <catch2/catch_test_macros.hpp>

using notifier::ApiKey;
using notifier::Role;
using notifier::http::ApiKeys;

TEST_CASE("each key has its owner, and nothing else has one") {
  const ApiKeys keys{{{.name = "shop", .roles = {Role::ingest}, .key = "first"},
                      {.name = "support", .roles = {Role::read, Role::admin}, .key = "second"}}};

  REQUIRE(keys.owner_of("first") != nullptr);
  CHECK(keys.owner_of("first")->name == "shop");
  CHECK(keys.owner_of("first")->roles == std::vector{Role::ingest});
  REQUIRE(keys.owner_of("second") != nullptr);
  CHECK(keys.owner_of("second")->name == "support");
  for (const char* wrong : {"third", "firs", "first ", "First", "first,second", ""}) CHECK(keys.owner_of(wrong) == nullptr);
}

TEST_CASE("an empty key opens nothing") {
  CHECK(ApiKeys{{{.name = "empty", .roles = {Role::admin}, .key = ""}}}.owner_of("") == nullptr);
  CHECK(ApiKeys{{}}.owner_of("") == nullptr);
}
