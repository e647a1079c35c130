#include "http/server/body_room.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace notifier::http;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t share = BodyRoom::least_share;
constexpr std::size_t little = BodyRoom::largest_small + 1;
constexpr auto patience = 1s;

/// A body that notes whether it had to give way.
struct Arriving {
  explicit Arriving(BodyRoom& room) : body{room, [this] { gave_way = true; }} {}

  bool gave_way = false;
  BodyRoom::Body body;
};

}  // namespace

TEST_CASE("bodies take room as they arrive and give it back at their end") {
  BodyRoom room{3 * share, little, patience};
  const auto now = std::chrono::steady_clock::now();
  Arriving first{room};
  CHECK(first.body.grow_to(0, now));
  CHECK(first.body.grow_to(2 * share, now));
  {
    Arriving second{room};
    CHECK(second.body.grow_to(little, now));
    CHECK_FALSE(first.body.grow_to(2 * share + 1, now));
  }
  CHECK(first.body.grow_to(3 * share, now));
  CHECK_FALSE(first.gave_way);
}

TEST_CASE("the body that has stalled longest gives way, and only while there is no room") {
  BodyRoom room{3 * share, little, patience};
  const auto now = std::chrono::steady_clock::now();
  Arriving first{room};
  Arriving second{room};
  Arriving third{room};
  for (Arriving* body : {&first, &second, &third}) REQUIRE(body->body.grow_to(little, now));
  REQUIRE(first.body.grow_to(2 * little, now + patience));
  REQUIRE(second.body.grow_to(2 * little - 1, now + patience));

  Arriving fourth{room};
  CHECK(fourth.body.grow_to(little, now + patience));
  CHECK(second.gave_way);
  CHECK_FALSE(first.gave_way);
  CHECK_FALSE(third.gave_way);
}

TEST_CASE("what has not stalled, and what is complete, does not give way") {
  BodyRoom room{2 * share, little, patience};
  const auto now = std::chrono::steady_clock::now();
  Arriving complete{room};
  REQUIRE(complete.body.grow_to(little, now));
  complete.body.complete();
  Arriving fresh{room};
  REQUIRE(fresh.body.grow_to(little, now + patience));

  Arriving another{room};
  CHECK_FALSE(another.body.grow_to(little, now + patience));
  CHECK_FALSE(complete.gave_way);
  CHECK_FALSE(fresh.gave_way);
}

TEST_CASE("a complete body keeps the room that it has filled, and one that gave way takes none again") {
  BodyRoom room{share + little, little, patience};
  const auto now = std::chrono::steady_clock::now();
  Arriving complete{room};
  REQUIRE(complete.body.grow_to(little, now));
  complete.body.complete();
  Arriving stalled{room};
  REQUIRE(stalled.body.grow_to(little, now));
  Arriving another{room};
  CHECK(another.body.grow_to(little, now + patience));
  CHECK(stalled.gave_way);
  CHECK_FALSE(stalled.body.grow_to(2 * little, now + patience));
}

TEST_CASE("small bodies need no room") {
  BodyRoom room{share, little, patience};
  const auto now = std::chrono::steady_clock::now();
  Arriving large{room};
  REQUIRE(large.body.grow_to(little, now));
  Arriving small{room};
  CHECK(small.body.grow_to(BodyRoom::largest_small, now));
  CHECK_FALSE(small.body.grow_to(little, now));
}
