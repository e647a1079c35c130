#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "contract/repository/dead_letter_fixture.hpp"
#include "support/wait_until.hpp"

// What every repository promises of claims and outcomes that meet in uncommon ways.

namespace notifier::testing {
namespace {

bool all_ours(const Claims& claims) {
  return std::ranges::all_of(claims.answers, [](const ClaimAnswer& answer) { return answer.verdict == ClaimVerdict::ours; });
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("A claim that is prolonged lasts, and nobody else gets it meanwhile", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  const Claims claims = opened.claim({request_for("a"), request_for("b")}, std::chrono::milliseconds{1});
  const std::vector<HeldClaim> held{{.event_id = "b", .token = claims.token}, {.event_id = "none", .token = claims.token}};
  REQUIRE(opened.repository->prolong_claims(held, long_claim).has_value());
  REQUIRE(opened.repository->prolong_claims({}, long_claim).has_value());

  CHECK(wait_until([&] { return opened.verdict(request_for("a")) == ClaimVerdict::ours; }));
  ClaimToken other;
  const ClaimAnswer answer = opened.claim_one(request_for("b"), other);
  CHECK(answer.verdict == ClaimVerdict::claimed_elsewhere);
  CHECK(answer.remaining > long_claim / 2);
  CHECK(opened.record("b", claims.token, NotificationStatus::sent) == RecordVerdict::recorded);
}

TEMPLATE_LIST_TEST_CASE("What has an outcome or another claim is not prolonged", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  ClaimToken token;
  REQUIRE(opened.claim_one(request_for("recorded"), token).verdict == ClaimVerdict::ours);
  REQUIRE(opened.record("recorded", token, NotificationStatus::failed_retrying, "busy") == RecordVerdict::recorded);
  ClaimToken overtaken;
  REQUIRE(opened.claim_one(request_for("overtaken"), overtaken, std::chrono::milliseconds{1}).verdict == ClaimVerdict::ours);
  ClaimToken other;
  REQUIRE(wait_until([&] {
    return opened.claim_one(request_for("overtaken"), other, std::chrono::milliseconds{1}).verdict == ClaimVerdict::ours;
  }));
  const std::vector<HeldClaim> held{{.event_id = "recorded", .token = token}, {.event_id = "overtaken", .token = overtaken}};
  REQUIRE(opened.repository->prolong_claims(held, long_claim).has_value());

  CHECK(opened.verdict(request_for("recorded", 1)) == ClaimVerdict::ours);
  CHECK(wait_until([&] { return opened.verdict(request_for("overtaken")) == ClaimVerdict::ours; }));
}

TEMPLATE_LIST_TEST_CASE("A claim that is repeated under its token, with others or in part, is recognized", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  std::vector<ClaimRequest> requests{request_for("a"), request_for("b"), request_for("c")};
  const ClaimToken token = new_claim_token();
  for (ClaimRequest& request : requests) request.token = token;
  REQUIRE(all_ours(opened.claim({requests[0], requests[1]})));

  CHECK(all_ours(opened.claim({requests[1], requests[2], request_for("d")})));
  CHECK(opened.verdict(request_for("b")) == ClaimVerdict::claimed_elsewhere);
  CHECK(opened.record("b", token, NotificationStatus::sent) == RecordVerdict::recorded);
  CHECK(opened.record("c", token, NotificationStatus::sent) == RecordVerdict::recorded);
  CHECK(opened.find("a").status == NotificationStatus::queued);
}

TEMPLATE_LIST_TEST_CASE("How many retries a count leaves is the request's to say", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  const auto count_of = [&](const std::string& id, std::optional<unsigned> max_retries) {
    ClaimRequest request = request_for(id, 9);
    request.max_retries = max_retries;
    return request;
  };
  const Claims claims = opened.claim({count_of("usual", std::nullopt), count_of("many", 7), count_of("one", 1)});
  CHECK(claims.answers[0].attempt_count == 3);
  CHECK(claims.answers[1].attempt_count == 7);
  CHECK(claims.answers[2].attempt_count == 1);
}

TEMPLATE_LIST_TEST_CASE("No events are claimed and recorded without fuss", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  CHECK(opened.claim({}).answers.empty());
  const auto verdicts = opened.repository->record_outcomes({});
  REQUIRE(verdicts.has_value());
  CHECK(verdicts->empty());
}

TEMPLATE_LIST_TEST_CASE("A batch of the largest events is claimed", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  const std::string quotes(250 * 1024, '\'');
  std::vector<ClaimRequest> requests;
  for (int i = 0; i < 40; ++i)
    requests.push_back({.event = event_with("e" + std::to_string(i), R"(,"n":")" + quotes + '"')});
  CHECK(all_ours(opened.claim(requests)));
  CHECK(opened.find("e39").payload.size() > quotes.size());
}

TEMPLATE_LIST_TEST_CASE("A message behind a row that somebody holds is stale", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  REQUIRE(opened.verdict(request_for("e1", 2)) == ClaimVerdict::ours);
  CHECK(opened.verdict(request_for("e1", 1)) == ClaimVerdict::stale);
}

TEMPLATE_LIST_TEST_CASE("A row does not catch up for a message that does not get it", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  REQUIRE(opened.verdict(request_for("e1")) == ClaimVerdict::ours);
  CHECK(opened.verdict(request_for("e1", 3)) == ClaimVerdict::claimed_elsewhere);
  CHECK(opened.find("e1").attempt_count == 0);
}

TEMPLATE_LIST_TEST_CASE("A replay ahead of its row begins its retries where it caught up", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  opened.attempt(request_for("e1"), NotificationStatus::failed_dlq, "refused");
  ClaimToken token;
  const ClaimAnswer answer = opened.claim_one(request_for("e1", 2, true), token);
  CHECK(answer.verdict == ClaimVerdict::ours);
  CHECK(answer.attempt_count == 2);
  CHECK(answer.retries_from == 2);
}

TEMPLATE_LIST_TEST_CASE("A dead letter that is moved back before its death is recorded begins a new round of retries",
                        "[repository]", EveryRepository) {
  Opened<TestType> opened;
  for (const unsigned attempt : {0U, 1U, 2U}) {
    opened.attempt(request_for("e1", attempt), NotificationStatus::failed_retrying, "refused");
  }
  ClaimToken token;
  const ClaimAnswer answer = opened.claim_one(request_for("e1", 4, true), token);
  CHECK(answer.verdict == ClaimVerdict::ours);
  CHECK(answer.attempt_count == 4);
  CHECK(answer.retries_from == 4);
}

TEMPLATE_LIST_TEST_CASE("No count of another producer takes a notification's last attempt", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  ClaimToken token;
  SECTION("of a new one") { CHECK(opened.claim_one(request_for("e1", 1000), token).attempt_count == 3); }
  SECTION("of one that waits") {
    opened.attempt(request_for("e1"), NotificationStatus::failed_retrying, "refused");
    CHECK(opened.claim_one(request_for("e1", 1000), token).attempt_count == 2);
  }
  SECTION("of one that has one left") {
    for (const unsigned attempt : {0U, 1U, 2U}) {
      opened.attempt(request_for("e1", attempt), NotificationStatus::failed_retrying, "refused");
    }
    CHECK(opened.claim_one(request_for("e1", 1000), token).attempt_count == 3);
  }
}

TEMPLATE_LIST_TEST_CASE("A discarded notification is not replayed by moving its message back", "[repository]",
                        EveryRepository) {
  DeadLettered<TestType> opened;
  opened.die("e1");
  static_cast<void>(must(opened.letters->discard(DeadLetterFilter{}, "tester", "not wanted")));
  CHECK(opened.verdict(request_for("e1", 1, true)) == ClaimVerdict::done);
}

TEMPLATE_LIST_TEST_CASE("A replay whose row is lost begins its retries at its own count", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  ClaimToken token;
  const ClaimAnswer answer = opened.claim_one(request_for("e1", 4, true), token);
  CHECK(answer.verdict == ClaimVerdict::ours);
  CHECK(answer.attempt_count == 3);
  CHECK(answer.retries_from == 3);
  REQUIRE(opened.record("e1", token, NotificationStatus::failed_retrying, "again") == RecordVerdict::recorded);
  CHECK(opened.claim_one(request_for("e1", 4), token).retries_from == 3);
}

TEMPLATE_LIST_TEST_CASE("A replay of a notification that is not dead is a delivery like any other", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  opened.attempt(request_for("e1"), NotificationStatus::failed_retrying, "refused");
  ClaimToken token;
  CHECK(opened.claim_one(request_for("e1", 0, true), token).verdict == ClaimVerdict::stale);
  const ClaimAnswer answer = opened.claim_one(request_for("e1", 1, true), token);
  CHECK(answer.verdict == ClaimVerdict::ours);
  CHECK(answer.retries_from == 0);
}

TEMPLATE_LIST_TEST_CASE("Replays and new events are claimed in one call", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  opened.attempt(request_for("dead"), NotificationStatus::failed_dlq, "refused");
  const Claims claims = opened.claim({request_for("dead", 1, true), request_for("a-new")});
  REQUIRE(all_ours(claims));
  CHECK(claims.answers[0].retries_from == 1);
  CHECK(claims.answers[1].retries_from == 0);
  CHECK(opened.record("dead", claims.token, NotificationStatus::sent) == RecordVerdict::recorded);
  CHECK(opened.record("a-new", claims.token, NotificationStatus::sent) == RecordVerdict::recorded);
}

TEMPLATE_LIST_TEST_CASE("A mismatch is told even of what was sent, and whatever its attempt", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  opened.attempt(request_for("e1"), NotificationStatus::sent);
  const Event other = event_with("e1", R"(,"more":1)");
  CHECK(opened.verdict({.event = other}) == ClaimVerdict::payload_mismatch);
  CHECK(opened.verdict({.event = other, .attempt = 9, .replay = true}) == ClaimVerdict::payload_mismatch);
  CHECK(opened.find("e1").status == NotificationStatus::sent);
}

TEMPLATE_LIST_TEST_CASE("A value that the database does not take is told from an outage, without the value", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  Event long_type = event_with("long-type");
  long_type.type = "secret" + std::string(250, 't');
  Event long_id = event_with("long-id");
  long_id.id = std::string(129, 'i');
  for (const Event& event : {long_type, long_id}) {
    const ClaimRequest request{.event = event};
    const auto claims = opened.repository->claim({&request, 1}, terms(long_claim));
    REQUIRE_FALSE(claims.has_value());
    CHECK(claims.error().kind == RepositoryError::Kind::invalid_data);
    CHECK(claims.error().detail.find("secret") == std::string::npos);
  }
  CHECK_FALSE(opened.repository->find("long-type")->has_value());
}

TEMPLATE_LIST_TEST_CASE("A batch with one bad value claims nothing", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  std::vector<ClaimRequest> requests{request_for("a"), request_for("b"), request_for("c")};
  requests[1].event.type = std::string(256, 't');
  CHECK_FALSE(opened.repository->claim(requests, terms(long_claim)).has_value());
  CHECK(opened.verdict(request_for("a")) == ClaimVerdict::ours);
}

TEMPLATE_LIST_TEST_CASE("Outcomes of several claims are recorded in one call, each under its own token", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  const ClaimToken first = opened.claim({request_for("a"), request_for("b"), request_for("c"), request_for("d")}).token;
  const ClaimToken second = opened.claim({request_for("e")}).token;
  const std::vector<Outcome> outcomes{
      {.event_id = "e", .token = second, .status = NotificationStatus::sent},
      {.event_id = "d", .token = first, .status = NotificationStatus::failed_retrying, .error = "error of d"},
      {.event_id = "a", .token = second, .status = NotificationStatus::sent},
      {.event_id = "c", .token = first, .status = NotificationStatus::failed_dlq, .error = "given up", .attempted = false},
      {.event_id = "b", .token = first, .status = NotificationStatus::failed_retrying, .error = "error of b"},
  };
  const auto verdicts = opened.repository->record_outcomes(outcomes);
  REQUIRE(verdicts.has_value());
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    CHECK((*verdicts)[i] == (outcomes[i].event_id == "a" ? RecordVerdict::overtaken : RecordVerdict::recorded));
  }
  CHECK(opened.find("a").status == NotificationStatus::queued);
  CHECK(opened.find("e").status == NotificationStatus::sent);
  CHECK(opened.find("c").attempts.empty());
  REQUIRE(opened.find("b").attempts.size() == 1);
  CHECK(opened.find("b").attempts[0].error == "error of b");
  REQUIRE(opened.find("d").attempts.size() == 1);
  CHECK(opened.find("d").attempts[0].error == "error of d");
}

TEMPLATE_LIST_TEST_CASE("An outcome for an event without a row is overtaken", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  CHECK(opened.record("nobody", ClaimToken{}, NotificationStatus::sent) == RecordVerdict::overtaken);
  CHECK(opened.record("nobody", ClaimToken{}, NotificationStatus::failed_dlq, "refused") == RecordVerdict::overtaken);
}

TEMPLATE_LIST_TEST_CASE("A send clears the last error and keeps the failed attempts", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  opened.attempt(request_for("e1"), NotificationStatus::failed_retrying, "refused");
  opened.attempt(request_for("e1", 1), NotificationStatus::sent);
  const NotificationRecord row = opened.find("e1");
  CHECK(row.last_error.empty());
  CHECK(row.attempt_count == 2);
  REQUIRE(row.attempts.size() == 2);
  CHECK(row.attempts[0].error == "refused");
  CHECK(row.attempts[1].error.empty());
}

TEMPLATE_LIST_TEST_CASE("Errors of any length and any bytes are kept as bounded UTF-8", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  const std::string error = "bad \xFF byte, \xF0\x9F\x92\xA9, " + std::string(100'000, 'x');
  opened.attempt(request_for("e1"), NotificationStatus::failed_retrying, error);
  const NotificationRecord row = opened.find("e1");
  CHECK(row.last_error.starts_with("bad \xEF\xBF\xBD byte, \xF0\x9F\x92\xA9, xxx"));
  CHECK(row.last_error.size() <= 2048);
  REQUIRE(row.attempts.size() == 1);
  CHECK(row.attempts[0].error == row.last_error);
}

}  // namespace notifier::testing
