#include "notifier/api_key.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace notifier;

TEST_CASE("an entry has a name, roles and a key, which may have colons of its own") {
  const auto key = api_key_from("shop-1:ingest+read:s3:cr=t+");
  REQUIRE(key);
  CHECK(key->name == "shop-1");
  CHECK(key->roles == std::vector{Role::ingest, Role::read});
  CHECK(key->key == "s3:cr=t+");
}

TEST_CASE("what is no entry is refused") {
  for (const std::string wrong : {"", "shop", "shop:ingest", "shop:ingest:", ":ingest:key", "shop::key", "shop:writer:key",
                                  "shop:ingest,read:key", "a b:ingest:key", "shop:ingest:k y", "shop:+:key"}) {
    CAPTURE(wrong);
    CHECK_FALSE(api_key_from(wrong));
  }
  CHECK_FALSE(api_key_from(std::string(65, 'n') + ":read:key"));
}

TEST_CASE("admin includes the other roles, and they nothing but themselves") {
  for (const Role needed : {Role::ingest, Role::read, Role::admin}) CHECK(includes({Role::admin}, needed));
  CHECK(includes({Role::ingest, Role::read}, Role::read));
  CHECK_FALSE(includes({Role::ingest, Role::read}, Role::admin));
  CHECK_FALSE(includes({Role::ingest}, Role::read));
  CHECK_FALSE(includes({}, Role::ingest));
}
