#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "contract/repository/opened_repository.hpp"
#include "support/wait_until.hpp"

// What every repository promises of notifications that wait for a time of their next attempt.

namespace notifier::testing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

}  // namespace

TEMPLATE_LIST_TEST_CASE("What is deferred without an attempt stays as it was, is charged none and can be claimed again",
                        "[repository]", EveryRepository) {
  Opened<TestType> opened;
  opened.defer(request_for("new"), NotificationStatus::queued, hours{1});
  opened.attempt(request_for("failed"), NotificationStatus::failed_retrying, "refused");
  opened.defer(request_for("failed", 1), NotificationStatus::failed_retrying, hours{1});

  const NotificationRecord fresh = opened.find("new");
  CHECK(fresh.status == NotificationStatus::queued);
  CHECK(fresh.attempt_count == 0);
  CHECK(fresh.last_error == "spared");
  CHECK(fresh.attempts.empty());
  CHECK(fresh.next_attempt_at > fresh.updated_at);
  const NotificationRecord failed = opened.find("failed");
  CHECK(failed.status == NotificationStatus::failed_retrying);
  CHECK(failed.attempt_count == 1);
  CHECK(failed.attempts.size() == 1);
  CHECK(failed.next_attempt_at > failed.updated_at);

  ClaimToken token;
  CHECK(opened.claim_one(request_for("new"), token).verdict == ClaimVerdict::ours);
  CHECK(opened.record("new", token, NotificationStatus::sent) == RecordVerdict::recorded);
  CHECK(opened.find("new").attempt_count == 1);
  CHECK(opened.find("new").last_error.empty());
  CHECK(opened.find("new").next_attempt_at.empty());
}

TEMPLATE_LIST_TEST_CASE("Recording again that nothing was attempted changes nothing, and an overtaken one neither",
                        "[repository]", EveryRepository) {
  Opened<TestType> opened;
  ClaimToken token;
  REQUIRE(opened.claim_one(request_for("e1"), token, milliseconds{1}).verdict == ClaimVerdict::ours);
  const auto record_deferral = [&] { return opened.record("e1", token, NotificationStatus::queued, "spared", false); };
  CHECK(record_deferral() == RecordVerdict::recorded);
  CHECK(record_deferral() == RecordVerdict::recorded);
  CHECK(opened.find("e1").attempt_count == 0);

  ClaimToken other;
  REQUIRE(opened.claim_one(request_for("e1"), other).verdict == ClaimVerdict::ours);
  CHECK(record_deferral() == RecordVerdict::overtaken);
  CHECK(opened.record("e1", other, NotificationStatus::failed_retrying, "refused") == RecordVerdict::recorded);
  CHECK(record_deferral() == RecordVerdict::overtaken);
  CHECK(opened.find("e1").status == NotificationStatus::failed_retrying);
}

TEMPLATE_LIST_TEST_CASE(
    "A claim tells the status of its row, and whether its event has fanned out: once an outcome is recorded", "[repository]",
    EveryRepository) {
  Opened<TestType> opened;
  ClaimToken token;
  const ClaimAnswer first = opened.claim_one(request_for("e1"), token, milliseconds{1});
  CHECK(first.status == NotificationStatus::queued);
  CHECK_FALSE(first.fanned_out);
  ClaimAnswer lapsed;
  REQUIRE(wait_until([&] {
    lapsed = opened.claim_one(request_for("e1"), token);
    return lapsed.verdict == ClaimVerdict::ours;
  }));
  CHECK(lapsed.status == NotificationStatus::queued);
  CHECK_FALSE(lapsed.fanned_out);
  CHECK(opened.record("e1", token, NotificationStatus::queued, "spared", false) == RecordVerdict::recorded);

  const ClaimAnswer deferred = opened.claim_one(request_for("e1"), token);
  CHECK(deferred.status == NotificationStatus::queued);
  CHECK(deferred.fanned_out);
  CHECK(opened.record("e1", token, NotificationStatus::failed_retrying, "refused") == RecordVerdict::recorded);
  const ClaimAnswer failed = opened.claim_one(request_for("e1", 1), token);
  CHECK(failed.status == NotificationStatus::failed_retrying);
  CHECK(failed.fanned_out);
  CHECK(opened.record("e1", token, NotificationStatus::failed_dlq, "refused") == RecordVerdict::recorded);
  const ClaimAnswer replayed = opened.claim_one(request_for("e1", 2, true), token);
  CHECK(replayed.status == NotificationStatus::queued);
  CHECK(replayed.fanned_out);
}

TEMPLATE_LIST_TEST_CASE("One call records waits of different length, each its own", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  const Claims claims =
      opened.claim({request_for("long"), request_for("short"), request_for("failed"), request_for("sent")});
  const auto outcome = [&](const char* id, NotificationStatus status, milliseconds wait) {
    return Outcome{.event_id = id,
                   .token = claims.token,
                   .status = status,
                   .error = "spared",
                   .attempted = status != NotificationStatus::queued,
                   .next_attempt_in = wait};
  };
  const std::vector<Outcome> outcomes{outcome("short", NotificationStatus::queued, milliseconds{1500}),
                                      outcome("long", NotificationStatus::queued, hours{30}),
                                      outcome("failed", NotificationStatus::failed_retrying, hours{2}),
                                      outcome("sent", NotificationStatus::sent, milliseconds{0})};
  const auto verdicts = opened.repository->record_outcomes(outcomes);
  REQUIRE(verdicts.has_value());
  CHECK(std::ranges::count(*verdicts, RecordVerdict::recorded) == 4);
  CHECK(opened.find("short").next_attempt_at < opened.find("failed").next_attempt_at);
  CHECK(opened.find("failed").next_attempt_at < opened.find("long").next_attempt_at);
  CHECK(opened.find("sent").next_attempt_at.empty());
  CHECK(opened.find("failed").attempt_count == 1);
  CHECK(opened.find("long").attempt_count == 0);
}

TEMPLATE_LIST_TEST_CASE("What waits for its time is not stuck before, and is when that is over", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  opened.defer(request_for("queued-later"), NotificationStatus::queued, hours{1});
  opened.attempt(request_for("retried-later"), NotificationStatus::failed_retrying, "refused");
  opened.defer(request_for("retried-later", 1), NotificationStatus::failed_retrying, hours{1});
  opened.defer(request_for("queued-soon"), NotificationStatus::queued, milliseconds{300});
  opened.attempt(request_for("retried-soon"), NotificationStatus::failed_retrying, "refused");

  std::vector<std::string> stuck;
  REQUIRE(wait_until([&] {
    const auto taken = opened.repository->take_stuck(milliseconds{200}, 10);
    REQUIRE(taken.has_value());
    for (const StuckNotification& notification : *taken) stuck.push_back(notification.event_id);
    return std::ranges::find(stuck, "queued-soon") != stuck.end();
  }));
  CHECK(std::ranges::find(stuck, "retried-soon") != stuck.end());
  CHECK(std::ranges::find(stuck, "queued-later") == stuck.end());
  CHECK(std::ranges::find(stuck, "retried-later") == stuck.end());
}

}  // namespace notifier::testing
