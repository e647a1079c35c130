#include "notifier/retry_policy.hpp"

#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <stdexcept>

using namespace notifier;
using namespace std::chrono_literals;

namespace {

const RetryPolicy usual{3, {1s, 5s, 30s}};

}  // namespace

TEST_CASE("the n-th retry waits for the n-th delay, then none is left") {
  CHECK(usual.delay_after(1) == 1s);
  CHECK(usual.delay_after(2) == 5s);
  CHECK(usual.delay_after(3) == 30s);
  CHECK(usual.delay_after(4) == std::nullopt);
  CHECK(usual.delay_after(1000) == std::nullopt);
}

TEST_CASE("the last delay repeats") {
  const RetryPolicy patient{5, {100ms, 200ms}};
  CHECK(patient.delay_after(1) == 100ms);
  CHECK(patient.delay_after(2) == 200ms);
  CHECK(patient.delay_after(3) == 200ms);
  CHECK(patient.delay_after(5) == 200ms);
  CHECK(patient.delay_after(6) == std::nullopt);
}

TEST_CASE("delays are taken in their own order") {
  const RetryPolicy impatient{3, {5s, 1s, 2s}};
  CHECK(impatient.delay_after(1) == 5s);
  CHECK(impatient.delay_after(2) == 1s);
  CHECK(impatient.delay_after(3) == 2s);
}

TEST_CASE("without retries the first attempt is the only one") {
  const RetryPolicy once{0, {1s}};
  CHECK(once.delay_after(1) == std::nullopt);
  CHECK(once.allows_attempt(0));
  CHECK_FALSE(once.allows_attempt(1));
}

TEST_CASE("a round has one attempt more than retries") {
  CHECK(usual.allows_attempt(0));
  CHECK(usual.allows_attempt(3));
  CHECK_FALSE(usual.allows_attempt(4));
}

TEST_CASE("a provider's earliest time chooses the shortest delay that respects it") {
  CHECK(usual.delay_after(1, 1s) == 1s);
  CHECK(usual.delay_after(1, 1001ms) == 5s);
  CHECK(usual.delay_after(1, 6s) == 30s);
  CHECK(usual.delay_after(2, 1s) == 5s);
  CHECK(usual.delay_after(3, 1s) == 30s);
  CHECK(usual.delay_after(4, 1s) == std::nullopt);
}

TEST_CASE("a provider's time beyond all delays gives the longest") { CHECK(usual.delay_after(1, 1h) == 30s); }

TEST_CASE("something held is looked at again before its time is up, or as soon as there is a delay") {
  CHECK(usual.look_again_delay(0ms) == 1s);
  CHECK(usual.look_again_delay(999ms) == 1s);
  CHECK(usual.look_again_delay(1s) == 1s);
  CHECK(usual.look_again_delay(4999ms) == 1s);
  CHECK(usual.look_again_delay(5s) == 5s);
  CHECK(usual.look_again_delay(25s) == 5s);
  CHECK(usual.look_again_delay(1h) == 30s);
  CHECK(RetryPolicy(1, {5s, 1s, 2s}).look_again_delay(3s) == 2s);
}

TEST_CASE("the longest delay is found wherever it stands") {
  CHECK(usual.longest_delay() == 30s);
  CHECK(RetryPolicy(1, {5s, 1s}).longest_delay() == 5s);
}

TEST_CASE("a retry policy without a delay cannot be made") { CHECK_THROWS_AS(RetryPolicy(3, {}), std::invalid_argument); }

TEST_CASE("a successful attempt ends in SENT, also the last one") {
  for (const unsigned attempts : {1U, 4U}) {
    const Transition next = after_attempt(Sent{}, attempts, usual);
    CHECK(next.status == NotificationStatus::sent);
    CHECK_FALSE(next.retry_delay.has_value());
    CHECK(next.error.empty());
    CHECK(next.dead_letter_reason.empty());
  }
}

TEST_CASE("an attempt that failed for now is retried while retries are left") {
  const Transition next = after_attempt(FailedForNow{.error = "busy"}, 2, usual);
  CHECK(next.status == NotificationStatus::failed_retrying);
  CHECK(next.retry_delay == 5s);
  CHECK(next.error == "busy");
  CHECK(next.dead_letter_reason.empty());
}

TEST_CASE("the provider's earliest time is respected") {
  CHECK(after_attempt(FailedForNow{.error = "busy", .retry_after = 10s}, 1, usual).retry_delay == 30s);
}

TEST_CASE("the last attempt that failed for now ends in the dead letters") {
  const Transition next = after_attempt(FailedForNow{.error = "busy", .retry_after = 10s}, 4, usual);
  CHECK(next.status == NotificationStatus::failed_dlq);
  CHECK_FALSE(next.retry_delay.has_value());
  CHECK(next.error == "busy");
  CHECK(next.dead_letter_reason == "retries_exhausted");
}

TEST_CASE("an attempt that failed for good ends in the dead letters at once") {
  const Transition next = after_attempt(FailedForGood{.error = "no such user"}, 1, usual);
  CHECK(next.status == NotificationStatus::failed_dlq);
  CHECK_FALSE(next.retry_delay.has_value());
  CHECK(next.error == "no such user");
  CHECK(next.dead_letter_reason == "failed_for_good");
}
