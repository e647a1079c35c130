#include "base/rate_limit.hpp"

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
  while (turns < 10'000 && rate.delay(now) == 0s) {
    rate.acquire(now);
    ++turns;
  }
  return turns;
}

}  // namespace

TEST_CASE("Without a rate it is always one's turn") {
  RateLimit rate{0};
  CHECK(take_what_is_free(rate, first_moment) == 10'000);
  CHECK(rate.estimate_delay(first_moment, {}, 1h) == 0s);
}

TEST_CASE("At a low rate turns are apart by its interval") {
  RateLimit rate{2};
  CHECK(take_what_is_free(rate, first_moment) == 1);
  CHECK(rate.delay(first_moment) == 500ms);
  CHECK(rate.delay(first_moment + 400ms) == 100ms);
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

TEST_CASE("Several turns are taken as one after the other") {
  RateLimit rate{1000};
  CHECK(rate.available(first_moment, 1000) == 100);
  CHECK(rate.available(first_moment, 7) == 7);
  rate.acquire(first_moment, 0);
  CHECK(rate.available(first_moment, 1000) == 100);
  rate.acquire(first_moment, 60);
  CHECK(rate.available(first_moment, 1000) == 40);
  CHECK(take_what_is_free(rate, first_moment) == 40);
  CHECK(rate.available(first_moment, 1000) == 0);
  CHECK(rate.available(first_moment + 30ms, 1000) == 30);
  CHECK(RateLimit{0}.available(first_moment, 1000) == 1000);
}

TEST_CASE("A bucket may hold a second's turns, and begin with one") {
  for (const unsigned per_second : {1U, 2U, 3U, 50U, 100'000U}) {
    CAPTURE(per_second);
    RateLimit rate{per_second, 1s, first_moment};
    CHECK(take_what_is_free(rate, first_moment - 1ms) == 0);
    CHECK(rate.available(first_moment, 200'000) == 1);
    CHECK(rate.available(first_moment + 1h, 200'000) == per_second);
    std::size_t turns = 0;
    for (auto now = first_moment; now <= first_moment + 10s; now += 100ms) {
      const std::size_t free = rate.available(now, 200'000);
      rate.acquire(now, free);
      turns += free;
    }
    CHECK(turns == 10 * per_second + 1);
  }
}

TEST_CASE("Turns can be taken ahead") {
  RateLimit rate{10};
  for (int i = 0; i < 5; ++i) rate.acquire(first_moment);
  CHECK(rate.delay(first_moment) == 500ms);
}

TEST_CASE("Those who are sent away are told one turn after the other, and take none") {
  RateLimit rate{10};
  rate.acquire(first_moment);
  const auto first = rate.estimate_delay(first_moment, {}, 1h);
  CHECK(first == 100ms);
  CHECK(rate.estimate_delay(first_moment, {}, 1h) == 200ms);
  CHECK(rate.estimate_delay(first_moment, {}, 1h) == 300ms);
  CHECK(rate.delay(first_moment) == 100ms);
  CHECK(rate.estimate_delay(first_moment + 1h, {}, 1h) == 0s);
}

TEST_CASE("Those who are sent away are told turns further apart where something else is slower than the rate") {
  RateLimit rate{10};
  CHECK(rate.estimate_delay(first_moment, 1s, 1h) == 0s);
  CHECK(rate.estimate_delay(first_moment, 1s, 1h) == 1s);
  CHECK(rate.estimate_delay(first_moment, 10ms, 1h) == 1100ms);
}

TEST_CASE("Of those who are sent away, be they ever so many, enough come for each turn") {
  RateLimit rate{10};
  std::multimap<RateLimit::Clock::time_point, int> coming;
  for (int i = 0; i < 1000; ++i) coming.emplace(first_moment, i);
  unsigned turns = 0;
  for (auto now = first_moment; now < first_moment + 20s; now += 10ms) {
    while (!coming.empty() && coming.begin()->first <= now) {
      const auto one = coming.extract(coming.begin());
      if (rate.delay(now) > 0s) {
        coming.emplace(now + rate.estimate_delay(now, {}, 5s), one.mapped());
      } else {
        rate.acquire(now);
        ++turns;
      }
    }
  }
  CHECK(turns >= 190);
}
