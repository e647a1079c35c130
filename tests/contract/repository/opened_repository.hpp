#pragma once

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "contract/repository/repository_fixture.hpp"
#include "domain/event_schema.hpp"

namespace notifier::testing {

using EveryRepository = std::tuple<MysqlFixture, MariadbFixture, SqliteFixture>;

inline constexpr std::chrono::milliseconds long_claim = std::chrono::minutes{5};

inline ClaimTerms terms(std::chrono::milliseconds duration) { return {.duration = duration, .max_retries = 3}; }

inline Event event_with(const std::string& id, const std::string& more_payload = {}) {
  const std::string payload = R"({"userId":"u","email":"a@example.com","username":"abc")" + more_payload + "}";
  auto queued = parse_queued_event(event_message_body(id, "order_shipped", "2023-10-27T10:00:00Z", payload));
  REQUIRE(queued.has_value());
  return queued->event;
}

inline ClaimRequest request_for(const std::string& id, unsigned attempt = 0, bool replay = false) {
  return {.event = event_with(id), .attempt = attempt, .generation = std::nullopt, .replay = replay};
}

/// A repository that is ready for use, and calls that must succeed.
template <typename Fixture>
struct Opened {
  Fixture storage;
  std::unique_ptr<NotificationRepository> repository = storage.open();

  Opened() { REQUIRE(repository->migrate().has_value()); }

  Claims claim(const std::vector<ClaimRequest>& requests, std::chrono::milliseconds duration = long_claim) {
    auto claims = repository->claim(requests, terms(duration));
    REQUIRE(claims.has_value());
    REQUIRE(claims->answers.size() == requests.size());
    return *claims;
  }

  ClaimAnswer claim_one(const ClaimRequest& request, ClaimToken& token, std::chrono::milliseconds duration = long_claim) {
    const Claims claims = claim({request}, duration);
    token = claims.token;
    return claims.answers.front();
  }

  ClaimVerdict verdict(const ClaimRequest& request) {
    ClaimToken token;
    return claim_one(request, token).verdict;
  }

  RecordVerdict record(const std::string& id, const ClaimToken& token, NotificationStatus status,
                       const std::string& error = {}, bool attempted = true) {
    const Outcome outcome{.event_id = id, .token = token, .status = status, .error = error, .attempted = attempted};
    auto verdicts = repository->record_outcomes({&outcome, 1});
    REQUIRE(verdicts.has_value());
    return verdicts->front();
  }

  /// Claims, and records that no attempt is made before `wait` is over.
  void defer(const ClaimRequest& request, NotificationStatus status, std::chrono::milliseconds wait) {
    ClaimToken token;
    REQUIRE(claim_one(request, token).verdict == ClaimVerdict::ours);
    const Outcome outcome{.event_id = request.event.id,
                          .token = token,
                          .status = status,
                          .error = "spared",
                          .attempted = false,
                          .next_attempt_in = wait};
    const auto verdicts = repository->record_outcomes({&outcome, 1});
    REQUIRE(verdicts.has_value());
    REQUIRE(verdicts->front() == RecordVerdict::recorded);
  }

  /// Claims and records, as the consumer does.
  void attempt(const ClaimRequest& request, NotificationStatus status, const std::string& error = {}) {
    ClaimToken token;
    REQUIRE(claim_one(request, token).verdict == ClaimVerdict::ours);
    REQUIRE(record(request.event.id, token, status, error) == RecordVerdict::recorded);
  }

  NotificationRecord find(const std::string& id) {
    auto found = repository->find(id);
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    return **found;
  }
};

}  // namespace notifier::testing
