#include "consumer/housekeeping_state.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace notifier::testing {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("What the database refuses to housekeeping is shown until it works again, without users and servers") {
  HousekeepingState state{"retention"};
  CHECK_FALSE(state.fault().has_value());
  state.note_failure({.kind = RepositoryError::Kind::refused,
                      .detail = "user 'n' of db.internal",
                      .missing_right = "the database user lacks the right DELETE on the table 'notifications'"});
  REQUIRE(state.fault().has_value());
  CHECK(state.fault()->name == "retention");
  CHECK(state.fault()->words == "fails: the database user lacks the right DELETE on the table 'notifications'");
  state.note_failure({.kind = RepositoryError::Kind::invalid_data, .detail = "user 'n' of db.internal"});
  CHECK_THAT(state.fault()->words, ContainsSubstring("refuses it") && !ContainsSubstring("internal"));
  state.note_success();
  CHECK_FALSE(state.fault().has_value());
}

TEST_CASE("A call of housekeeping that is repeated once is no failure, unless something is wrong already") {
  HousekeepingState state{"sweeper"};
  const RepositoryError unavailable{.kind = RepositoryError::Kind::unavailable, .detail = "a lock"};
  state.note_failure(unavailable);
  CHECK_FALSE(state.fault().has_value());
  state.note_failure({.kind = RepositoryError::Kind::refused, .detail = "no right"});
  state.note_failure(unavailable);
  REQUIRE(state.fault().has_value());
  CHECK_THAT(state.fault()->words, ContainsSubstring("cannot be used now"));
}

}  // namespace notifier::testing
