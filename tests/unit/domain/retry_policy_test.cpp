#include "domain/retry_policy.hpp"

#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <stdexcept>

using namespace notifier;
using namespace std::chrono_literals;

namespace {

const RetryPolicy usual{3, {1s, 5s, 30s}};

}  // namespace

TEST_CASE("the n-th retry waits for the n-th delay, then none is left") {
  CHECK(usual.wait_after(1) == 1s);
  CHECK(usual.wait_after(2) == 5s);
  CHECK(usual.wait_after(3) == 30s);
  CHECK(usual.wait_after(4) == std::nullopt);
  CHECK(usual.wait_after(1000) == std::nullopt);
}

TEST_CASE("the last delay repeats") {
  const RetryPolicy patient{5, {100ms, 200ms}};
  CHECK(patient.wait_after(1) == 100ms);
  CHECK(patient.wait_after(2) == 200ms);
  CHECK(patient.wait_after(3) == 200ms);
  CHECK(patient.wait_after(5) == 200ms);
  CHECK(patient.wait_after(6) == std::nullopt);
}

TEST_CASE("delays are taken in their own order") {
  const RetryPolicy impatient{3, {5s, 1s, 2s}};
  CHECK(impatient.wait_after(1) == 5s);
  CHECK(impatient.wait_after(2) == 1s);
  CHECK(impatient.wait_after(3) == 2s);
}

TEST_CASE("without retries the first attempt is the only one") {
  const RetryPolicy once{0, {1s}};
  CHECK(once.wait_after(1) == std::nullopt);
  CHECK(once.allows_attempt(0));
  CHECK_FALSE(once.allows_attempt(1));
}

TEST_CASE("a round has one attempt more than retries") {
  CHECK(usual.allows_attempt(0));
  CHECK(usual.allows_attempt(3));
  CHECK_FALSE(usual.allows_attempt(4));
}

TEST_CASE("a wait is the longer of the delay and what the provider asked for") {
  CHECK(usual.wait_after(1, 1s) == 1s);
  CHECK(usual.wait_after(1, 1001ms) == 1001ms);
  CHECK(usual.wait_after(1, 10min) == 10min);
  CHECK(usual.wait_after(2, 1s) == 5s);
  CHECK(usual.wait_after(3, 1s) == 30s);
  CHECK(usual.wait_after(4, 1s) == std::nullopt);
}

TEST_CASE("what a provider asks for is honoured up to a limit, which holds for no delay") {
  CHECK(usual.wait_after(1, 24h) == 1h);
  const RetryPolicy limited{3, {1s, 5s, 30s}, 10s};
  CHECK(limited.wait_after(1, 1h) == 10s);
  CHECK(limited.wait_after(3, 1h) == 30s);
  CHECK(limited.wait_after(3) == 30s);
  CHECK(limited.longest_wait() == 30s);
}

TEST_CASE("what was not attempted waits as long as it was asked to, the shortest delay at least, within the limit") {
  CHECK(usual.wait_for(0ms) == 1s);
  CHECK(usual.wait_for(-5s) == 1s);
  CHECK(usual.wait_for(1s) == 1s);
  CHECK(usual.wait_for(7s) == 7s);
  CHECK(usual.wait_for(24h) == 1h);
  CHECK(RetryPolicy(1, {5s, 2s}, 1s).wait_for(1min) == 2s);
}

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

TEST_CASE("the longest and the shortest delay are found wherever they stand") {
  CHECK(usual.longest_delay() == 30s);
  CHECK(usual.shortest_delay() == 1s);
  CHECK(RetryPolicy(1, {5s, 1s}).longest_delay() == 5s);
  CHECK(RetryPolicy(1, {5s, 1s}).shortest_delay() == 1s);
}

TEST_CASE("a retry policy without a delay cannot be made") { CHECK_THROWS_AS(RetryPolicy(3, {}), std::invalid_argument); }

TEST_CASE("a successful attempt ends in SENT, also the last one") {
  for (const unsigned attempts : {1U, 4U}) {
    const Transition next = after_attempt(Sent{}, NotificationStatus::queued, attempts, usual);
    CHECK(next.status == NotificationStatus::sent);
    CHECK_FALSE(next.wait.has_value());
    CHECK(next.error.empty());
    CHECK(next.dead_letter_reason.empty());
  }
}

TEST_CASE("an attempt that failed for now is retried while retries are left") {
  const Transition next = after_attempt(TransientFailure{.error = "busy"}, NotificationStatus::failed_retrying, 2, usual);
  CHECK(next.status == NotificationStatus::failed_retrying);
  CHECK(next.wait == 5s);
  CHECK(next.error == "busy");
  CHECK(next.dead_letter_reason.empty());
}

TEST_CASE("the provider's earliest time is respected") {
  const TransientFailure busy{.error = "busy", .retry_after = 10s};
  CHECK(after_attempt(busy, NotificationStatus::queued, 1, usual).wait == 10s);
}

TEST_CASE("what was not attempted stays as it was and waits, however many attempts have been made") {
  for (const NotificationStatus before : {NotificationStatus::queued, NotificationStatus::failed_retrying}) {
    for (const unsigned attempts : {1U, 4U}) {
      const Transition next = after_attempt(Deferred{.reason = "open", .retry_after = 40s}, before, attempts, usual);
      CHECK(next.status == before);
      CHECK(next.wait == 40s);
      CHECK(next.error == "open");
      CHECK(next.dead_letter_reason.empty());
      CHECK_FALSE(next.attempted);
    }
  }
}

TEST_CASE("the last attempt that failed for now ends in the dead letters") {
  const Transition next =
      after_attempt(TransientFailure{.error = "busy", .retry_after = 10s}, NotificationStatus::failed_retrying, 4, usual);
  CHECK(next.status == NotificationStatus::failed_dlq);
  CHECK_FALSE(next.wait.has_value());
  CHECK(next.error == "busy");
  CHECK(next.dead_letter_reason == "retries_exhausted");
}

TEST_CASE("an attempt that failed for good ends in the dead letters at once") {
  const Transition next = after_attempt(PermanentFailure{.error = "no such user"}, NotificationStatus::queued, 1, usual);
  CHECK(next.status == NotificationStatus::failed_dlq);
  CHECK_FALSE(next.wait.has_value());
  CHECK(next.error == "no such user");
  CHECK(next.dead_letter_reason == "failed_for_good");
}

TEST_CASE("Waits are made of the ladder's delays, and retries come after the policy's") {
  const RetryPolicy policy{7, {1min, 24h}, 1h, {1s, 30s, 5min, 1h}};
  CHECK(policy.wait_after(1) == 1min);
  CHECK(policy.wait_after(2) == 24h);
  CHECK(policy.look_again_delay(1min) == 30s);
  CHECK(policy.look_again_delay(24h) == 1h);
  CHECK(policy.wait_for(0s) == 1s);
  CHECK(policy.longest_wait() == 24h);
}
