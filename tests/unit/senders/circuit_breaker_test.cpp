#include "senders/circuit_breaker.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>

using namespace notifier;
using namespace std::chrono_literals;

namespace {

constexpr CircuitBreaker::Clock::time_point start{1h};

void fail_at_once(CircuitBreaker& breaker, CircuitBreaker::Clock::time_point now) { breaker.fail(now, now); }

CircuitBreaker opened_at_start(unsigned failures_to_open = 3) {
  CircuitBreaker breaker{failures_to_open, 30s};
  for (unsigned i = 0; i < failures_to_open; ++i) fail_at_once(breaker, start);
  return breaker;
}

}  // namespace

TEST_CASE("A circuit opens at so many failures in a row, and lets none through for the pause") {
  CircuitBreaker breaker{3, 30s};
  fail_at_once(breaker, start);
  fail_at_once(breaker, start);
  CHECK(breaker.state() == CircuitState::closed);
  CHECK(breaker.blocked_for(start) == 0s);
  fail_at_once(breaker, start);
  CHECK(breaker.state() == CircuitState::open);
  CHECK(breaker.blocked_for(start) == 30s);
  CHECK(breaker.blocked_for(start + 29s) == 1s);
  CHECK(breaker.blocked_for(start + 30s) == 0s);
  CHECK(breaker.blocked_for(start + 1h) == 0s);
}

TEST_CASE("A success between failures keeps a circuit closed") {
  CircuitBreaker breaker{3, 30s};
  for (int i = 0; i < 10; ++i) {
    fail_at_once(breaker, start);
    fail_at_once(breaker, start);
    breaker.succeed();
  }
  CHECK(breaker.state() == CircuitState::closed);
}

TEST_CASE("A circuit that is not to open never does") {
  CircuitBreaker breaker{0, 30s};
  for (int i = 0; i < 1000; ++i) fail_at_once(breaker, start);
  CHECK(breaker.state() == CircuitState::closed);
  CHECK(breaker.blocked_for(start) == 0s);
}

TEST_CASE("After the pause one is let through, and the next after another pause while that one is under way") {
  CircuitBreaker breaker = opened_at_start();
  breaker.begin(start + 31s);
  CHECK(breaker.state() == CircuitState::half_open);
  CHECK(breaker.blocked_for(start + 31s) == 30s);
  CHECK(breaker.blocked_for(start + 61s) == 0s);
}

TEST_CASE("A try that succeeds closes the circuit, and failures are counted anew") {
  CircuitBreaker breaker = opened_at_start();
  breaker.begin(start + 30s);
  breaker.succeed();
  CHECK(breaker.state() == CircuitState::closed);
  CHECK(breaker.blocked_for(start + 30s) == 0s);
  fail_at_once(breaker, start + 31s);
  fail_at_once(breaker, start + 31s);
  CHECK(breaker.state() == CircuitState::closed);
}

TEST_CASE("A try that fails opens the circuit for another pause") {
  CircuitBreaker breaker = opened_at_start();
  breaker.begin(start + 30s);
  breaker.fail(start + 30s, start + 35s);
  CHECK(breaker.state() == CircuitState::open);
  CHECK(breaker.blocked_for(start + 35s) == 30s);
}

TEST_CASE("Sends that had begun before the circuit opened do not prolong the pause, but one that succeeds ends it") {
  CircuitBreaker breaker = opened_at_start();
  breaker.fail(start, start + 10s);
  CHECK(breaker.blocked_for(start + 10s) == 20s);
  breaker.succeed();
  CHECK(breaker.state() == CircuitState::closed);
}

TEST_CASE("Sends that had begun before a try do not end it, and do not count when it has closed the circuit") {
  CircuitBreaker breaker = opened_at_start();
  breaker.begin(start + 30s);
  breaker.fail(start, start + 31s);
  CHECK(breaker.state() == CircuitState::half_open);
  CHECK(breaker.blocked_for(start + 31s) == 29s);
  breaker.succeed();
  for (int i = 0; i < 10; ++i) breaker.fail(start, start + 32s);
  CHECK(breaker.state() == CircuitState::closed);
}

TEST_CASE("A send that begins while the circuit is closed changes nothing") {
  CircuitBreaker breaker{3, 30s};
  breaker.begin(start);
  CHECK(breaker.state() == CircuitState::closed);
  CHECK(breaker.blocked_for(start) == 0s);
}

TEST_CASE("The states of a circuit have names") {
  CHECK(to_string(CircuitState::closed) == "closed");
  CHECK(to_string(CircuitState::open) == "open");
  CHECK(to_string(CircuitState::half_open) == "half-open");
}
