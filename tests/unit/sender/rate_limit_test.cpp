#include "sender/rate_limit.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <map>

using namespace notifier;
using namespace std::chrono_literals;

namespace {

constexpr RateLimit::Clock::time_point first_moment{1h};

/// Turns that are free at once.
unsigned take_what_is_free(RateLimit& rate, RateLimit::Clock::time_point now) {
  unsigned turns = 0;
  while (turns < 10'000 && rate.until_turn(now) == 0s) {
    rate.take_turn(now);
    ++turns;
  }
  return turns;
}

}  // namespace

TEST_CASE("Without a rate it is always one's turn") {
  RateLimit rate{0};
  CHECK(take_what_is_free(rate, first_moment) == 10'000);
  CHECK(rate.guess_turn(first_moment, {}, 1h) == 0s);
}

TEST_CASE("At a low rate turns are apart by its interval") {
  RateLimit rate{2};
  CHECK(take_what_is_free(rate, first_moment) == 1);
  CHECK(rate.until_turn(first_moment) == 500ms);
  CHECK(rate.until_turn(first_moment + 400ms) == 100ms);
  CHECK(take_what_is_free(rate, first_moment + 500ms) == 1);
  CHECK(take_what_is_free(rate, first_moment + 1h) == 1);
}

TEST_CASE("At a high rate a tenth of a second's turns may be taken at once, and the rate is kept") {
  RateLimit rate{1000};
  CHECK(take_what_is_free(rate, first_moment) == 100);
  CHECK(take_what_is_free(rate, first_moment) == 0);
  unsigned turns = 0;
  for (auto now = first_moment + 1ms; now <= first_moment + 1s; now += 1ms) turns += take_what_is_free(rate, now);
  CHECK(turns == 1000);
}

TEST_CASE("Turns can be taken ahead") {
  RateLimit rate{10};
  for (int i = 0; i < 5; ++i) rate.take_turn(first_moment);
  CHECK(rate.until_turn(first_moment) == 500ms);
}

TEST_CASE("Those who are sent away are told one turn after the other, and take none") {
  RateLimit rate{10};
  rate.take_turn(first_moment);
  const auto first = rate.guess_turn(first_moment, {}, 1h);
  CHECK(first == 100ms);
  CHECK(rate.guess_turn(first_moment, {}, 1h) == 200ms);
  CHECK(rate.guess_turn(first_moment, {}, 1h) == 300ms);
  CHECK(rate.until_turn(first_moment) == 100ms);
  CHECK(rate.guess_turn(first_moment + 1h, {}, 1h) == 0s);
}

TEST_CASE("Those who are sent away are told turns further apart where something else is slower than the rate") {
  RateLimit rate{10};
  CHECK(rate.guess_turn(first_moment, 1s, 1h) == 0s);
  CHECK(rate.guess_turn(first_moment, 1s, 1h) == 1s);
  CHECK(rate.guess_turn(first_moment, 10ms, 1h) == 1100ms);
}

TEST_CASE("Of those who are sent away, be they ever so many, enough come for each turn") {
  RateLimit rate{10};
  std::multimap<RateLimit::Clock::time_point, int> coming;
  for (int i = 0; i < 1000; ++i) coming.emplace(first_moment, i);
  unsigned turns = 0;
  for (auto now = first_moment; now < first_moment + 20s; now += 10ms) {
    while (!coming.empty() && coming.begin()->first <= now) {
      const auto one = coming.extract(coming.begin());
      if (rate.until_turn(now) > 0s) {
        coming.emplace(now + rate.guess_turn(now, {}, 5s), one.mapped());
      } else {
        rate.take_turn(now);
        ++turns;
      }
    }
  }
  CHECK(turns >= 190);
}
