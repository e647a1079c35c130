#include <algorithm>
#include <boost/json/parse.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <map>
#include <mutex>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "contract/repository/opened_repository.hpp"
#include "domain/event_schema.hpp"
#include "support/wait_until.hpp"

// What every repository promises. Each test case runs for each adapter on a database of its own.

namespace notifier::testing {

using std::chrono::milliseconds;

TEMPLATE_LIST_TEST_CASE("A new event is claimed, and its row says what it is", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  ClaimToken token;
  const ClaimAnswer answer = opened.claim_one(request_for("e1"), token);
  CHECK(answer.verdict == ClaimVerdict::ours);
  CHECK(answer.attempt_count == 0);
  CHECK(answer.retries_from == 0);

  const NotificationRecord row = opened.find("e1");
  CHECK(row.event_id == "e1");
  CHECK(row.event_type == "order_shipped");
  CHECK(row.status == NotificationStatus::queued);
  CHECK(row.attempt_count == 0);
  CHECK(row.last_error.empty());
  static const std::regex rfc3339{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z)"};
  CHECK(std::regex_match(row.created_at, rfc3339));
  CHECK(std::regex_match(row.updated_at, rfc3339));
}

TEMPLATE_LIST_TEST_CASE("An event that nobody claimed is not found", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  const auto found = opened.repository->find("nobody");
  REQUIRE(found.has_value());
  CHECK_FALSE(found->has_value());
}

TEMPLATE_LIST_TEST_CASE("A claim that is live keeps others out and tells for how long", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  CHECK(opened.verdict(request_for("e1")) == ClaimVerdict::ours);
  ClaimToken token;
  const ClaimAnswer answer = opened.claim_one(request_for("e1"), token);
  CHECK(answer.verdict == ClaimVerdict::claimed_elsewhere);
  CHECK(answer.remaining > milliseconds{0});
  CHECK(answer.remaining <= long_claim);
}

TEMPLATE_LIST_TEST_CASE("A claim that has lapsed can be taken, and its late outcome is overtaken", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  ClaimToken first;
  REQUIRE(opened.claim_one(request_for("e1"), first, milliseconds{50}).verdict == ClaimVerdict::ours);
  ClaimToken second;
  REQUIRE(wait_until([&] { return opened.claim_one(request_for("e1"), second).verdict == ClaimVerdict::ours; }));

  CHECK(opened.record("e1", first, NotificationStatus::failed_dlq, "late") == RecordVerdict::overtaken);
  CHECK(opened.find("e1").status == NotificationStatus::queued);
  CHECK(opened.find("e1").attempts.empty());
  CHECK(opened.record("e1", second, NotificationStatus::sent) == RecordVerdict::recorded);
  CHECK(opened.record("e1", first, NotificationStatus::failed_dlq, "later") == RecordVerdict::overtaken);
  CHECK(opened.find("e1").status == NotificationStatus::sent);
}

TEMPLATE_LIST_TEST_CASE("A lapsed claim that nobody took still records its outcome", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  ClaimToken token;
  REQUIRE(opened.claim_one(request_for("e1"), token, milliseconds{1}).verdict == ClaimVerdict::ours);
  CHECK(opened.record("e1", token, NotificationStatus::sent) == RecordVerdict::recorded);
  CHECK(opened.find("e1").status == NotificationStatus::sent);
}

TEMPLATE_LIST_TEST_CASE("Recording the same outcome again changes nothing", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  ClaimToken token;
  REQUIRE(opened.claim_one(request_for("e1"), token).verdict == ClaimVerdict::ours);
  for (int repeat = 0; repeat < 3; ++repeat) {
    CHECK(opened.record("e1", token, NotificationStatus::failed_retrying, "refused") == RecordVerdict::recorded);
    CHECK(opened.find("e1").attempt_count == 1);
    CHECK(opened.find("e1").attempts.size() == 1);
  }
}

TEMPLATE_LIST_TEST_CASE("What is sent or dead is done", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  opened.attempt(request_for("sent"), NotificationStatus::sent);
  CHECK(opened.verdict(request_for("sent")) == ClaimVerdict::done);
  CHECK(opened.verdict(request_for("sent", 1)) == ClaimVerdict::done);
  CHECK(opened.verdict(request_for("sent", 0, true)) == ClaimVerdict::done);
  opened.attempt(request_for("dead"), NotificationStatus::failed_dlq, "no such address");
  CHECK(opened.verdict(request_for("dead", 1)) == ClaimVerdict::done);
}

TEMPLATE_LIST_TEST_CASE("A message behind its row is stale, one that is equal goes on, one ahead makes the row catch up",
                        "[repository]", EveryRepository) {
  Opened<TestType> opened;
  opened.attempt(request_for("e1"), NotificationStatus::failed_retrying, "refused");
  CHECK(opened.verdict(request_for("e1", 0)) == ClaimVerdict::stale);
  opened.attempt(request_for("e1", 1), NotificationStatus::failed_retrying, "refused");

  ClaimToken token;
  const ClaimAnswer ahead = opened.claim_one(request_for("e1", 3), token);
  CHECK(ahead.verdict == ClaimVerdict::ours);
  CHECK(ahead.attempt_count == 3);
  CHECK(opened.find("e1").attempt_count == 3);
}

TEMPLATE_LIST_TEST_CASE("The same id with other values is a mismatch and leaves the first untouched", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  opened.attempt(request_for("e1"), NotificationStatus::failed_retrying, "refused");
  const ClaimRequest other{.event = event_with("e1", R"(,"more":1)"), .attempt = 1};
  CHECK(opened.verdict(other) == ClaimVerdict::payload_mismatch);
  CHECK(opened.find("e1").payload.find("more") == std::string::npos);
  CHECK(opened.verdict(request_for("e1", 1)) == ClaimVerdict::ours);
}

TEMPLATE_LIST_TEST_CASE("A replay takes a dead letter up again with a new round of retries", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  opened.attempt(request_for("e1"), NotificationStatus::failed_dlq, "refused");
  ClaimToken token;
  const ClaimAnswer answer = opened.claim_one(request_for("e1", 1, true), token);
  CHECK(answer.verdict == ClaimVerdict::ours);
  CHECK(answer.attempt_count == 1);
  CHECK(answer.retries_from == 1);
  CHECK(opened.find("e1").status == NotificationStatus::queued);
  REQUIRE(opened.record("e1", token, NotificationStatus::failed_retrying, "again") == RecordVerdict::recorded);
  const ClaimAnswer next = opened.claim_one(request_for("e1", 2), token);
  CHECK(next.attempt_count == 2);
  CHECK(next.retries_from == 1);
  CHECK(opened.find("e1").attempts.size() == 2);
}

TEMPLATE_LIST_TEST_CASE("Failed attempts are kept with number, time and error", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  opened.attempt(request_for("e1"), NotificationStatus::failed_retrying, "first 'error'\\");
  opened.attempt(request_for("e1", 1), NotificationStatus::failed_dlq, "second \xC3\xA9\xF0\x9F\x98\x80");
  const NotificationRecord row = opened.find("e1");
  CHECK(row.status == NotificationStatus::failed_dlq);
  CHECK(row.attempt_count == 2);
  CHECK(row.last_error == "second \xC3\xA9\xF0\x9F\x98\x80");
  REQUIRE(row.attempts.size() == 2);
  CHECK(row.attempts[0].attempt == 1);
  CHECK(row.attempts[0].error == "first 'error'\\");
  CHECK(row.attempts[1].attempt == 2);
  CHECK(row.attempts[1].at >= row.attempts[0].at);
}

TEMPLATE_LIST_TEST_CASE("Giving up without an attempt counts none", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  ClaimToken token;
  REQUIRE(opened.claim_one(request_for("e1", 2), token).attempt_count == 2);
  CHECK(opened.record("e1", token, NotificationStatus::failed_dlq, "none left", false) == RecordVerdict::recorded);
  CHECK(opened.find("e1").attempt_count == 2);
  CHECK(opened.find("e1").status == NotificationStatus::failed_dlq);
  CHECK(opened.find("e1").attempts.empty());
}

TEMPLATE_LIST_TEST_CASE("Ids are told apart by case, and nothing in an event is taken for SQL", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  const std::string hostile = "'; DROP TABLE notifications;--";
  CHECK(opened.verdict(request_for("abc")) == ClaimVerdict::ours);
  CHECK(opened.verdict(request_for("ABC")) == ClaimVerdict::ours);
  CHECK(opened.verdict(request_for("a'b\"c\\d%_")) == ClaimVerdict::ours);
  const ClaimRequest request{.event = event_with("hostile", R"(,"text":")" + hostile + R"(","\\":"\"\\\n")")};
  CHECK(opened.verdict(request) == ClaimVerdict::ours);
  CHECK(boost::json::parse(opened.find("hostile").payload).at("text").as_string() == hostile);
}

TEMPLATE_LIST_TEST_CASE("The payload's text is kept, spaces and the order of keys included", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  const std::string more =
      ",\n \t\"zeta\" : 1 , \"n\":[ 0,-1,1.50,1e2,9223372036854775807,18446744073709551615 ],\r\n"
      R"("s":"\u0000\u00e9\ud83d\ude00\/","deep":[[[[{"a":null}]]]],"b":true )";
  const Event event = event_with("e1", more);
  REQUIRE(opened.verdict({.event = event}) == ClaimVerdict::ours);
  CHECK(opened.find("e1").payload == event.payload);
}

TEMPLATE_LIST_TEST_CASE("A batch answers each of its requests in their order", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  opened.attempt(request_for("m-sent"), NotificationStatus::sent);
  opened.attempt(request_for("m-retrying"), NotificationStatus::failed_retrying, "refused");
  REQUIRE(opened.verdict(request_for("m-held")) == ClaimVerdict::ours);

  std::vector<ClaimRequest> requests;
  for (int i = 0; i < 500; ++i) requests.push_back(request_for("n-" + std::to_string((i * 7919) % 500)));
  requests.insert(requests.begin() + 100, request_for("m-sent"));
  requests.insert(requests.begin() + 200, request_for("m-retrying", 0));
  requests.insert(requests.begin() + 300, request_for("m-held"));
  const Claims claims = opened.claim(requests);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const ClaimVerdict expected = i == 100   ? ClaimVerdict::done
                                  : i == 200 ? ClaimVerdict::stale
                                  : i == 300 ? ClaimVerdict::claimed_elsewhere
                                             : ClaimVerdict::ours;
    CHECK(claims.answers[i].verdict == expected);
  }

  std::vector<Outcome> outcomes;
  for (const ClaimRequest& request : requests) {
    const bool fails = outcomes.size() % 3 == 0;
    outcomes.push_back({.event_id = request.event.id,
                        .token = claims.token,
                        .status = fails ? NotificationStatus::failed_retrying : NotificationStatus::sent,
                        .error = fails ? "error " + std::to_string(outcomes.size() % 2) : ""});
  }
  const auto verdicts = opened.repository->record_outcomes(outcomes);
  REQUIRE(verdicts.has_value());
  for (std::size_t i = 0; i < verdicts->size(); ++i) {
    const bool foreign = i == 100 || i == 200 || i == 300;
    CHECK((*verdicts)[i] == (foreign ? RecordVerdict::overtaken : RecordVerdict::recorded));
    if (!foreign) CHECK(opened.find(outcomes[i].event_id).last_error == outcomes[i].error);
  }
}

TEMPLATE_LIST_TEST_CASE("Claims of overlapping batches from many threads give each event to one", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  constexpr std::size_t events = 200;
  std::vector<ClaimRequest> all;
  for (std::size_t i = 0; i < events; ++i) all.push_back(request_for("e" + std::to_string(i)));
  std::mutex mutex;
  std::map<std::string, int> owners;
  std::vector<std::string> failures;
  {
    std::vector<std::jthread> threads;
    for (unsigned seed = 0; seed < 8; ++seed) {
      threads.emplace_back([&, seed] {
        std::vector<ClaimRequest> requests = all;
        std::ranges::shuffle(requests, std::minstd_rand{seed});
        for (std::size_t start = 0; start < events; start += 50) {
          const std::span batch{requests.data() + start, 50};
          const auto claims = opened.repository->claim(batch, terms(long_claim));
          const std::lock_guard lock{mutex};
          if (!claims) {
            failures.push_back(claims.error().detail);
            continue;
          }
          for (std::size_t i = 0; i < batch.size(); ++i) {
            if (claims->answers[i].verdict == ClaimVerdict::ours) ++owners[batch[i].event.id];
          }
        }
      });
    }
  }
  CHECK(failures == std::vector<std::string>{});
  CHECK(owners.size() == events);
  CHECK(std::ranges::all_of(owners, [](const auto& owner) { return owner.second == 1; }));
}

TEMPLATE_LIST_TEST_CASE("What is stuck is handed out once, oldest first; what is held, done or fresh is not", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  opened.attempt(request_for("sent"), NotificationStatus::sent);
  opened.attempt(request_for("retrying"), NotificationStatus::failed_retrying, "refused");
  REQUIRE(opened.verdict(request_for("held")) == ClaimVerdict::ours);
  ClaimToken token;
  REQUIRE(opened.claim_one(request_for("lapsed"), token, milliseconds{1}).verdict == ClaimVerdict::ours);

  CHECK(opened.repository->take_stuck(std::chrono::hours{1}, 10)->empty());
  std::vector<StuckNotification> stuck;
  REQUIRE(wait_until([&] {
    auto taken = opened.repository->take_stuck(milliseconds{200}, 10);
    REQUIRE(taken.has_value());
    std::ranges::move(*taken, std::back_inserter(stuck));
    return stuck.size() >= 2;
  }));
  REQUIRE(stuck.size() == 2);
  CHECK(stuck[0].event_id == "retrying");
  CHECK(stuck[0].attempt_count == 1);
  CHECK(stuck[0].event_type == "order_shipped");
  CHECK(stuck[0].timestamp == "2023-10-27T10:00:00Z");
  CHECK(stuck[0].fingerprint == event_with("retrying").fingerprint);
  CHECK(stuck[1].event_id == "lapsed");
  const auto read =
      parse_queued_event(event_message_body(stuck[0].event_id, stuck[0].event_type, stuck[0].timestamp, stuck[0].payload));
  REQUIRE(read.has_value());
  CHECK(read->event.fingerprint == event_with("retrying").fingerprint);
}

TEMPLATE_LIST_TEST_CASE("Migrating again, and from several at once, applies each migration once", "[repository]",
                        EveryRepository) {
  const TestType storage;
  std::mutex mutex;
  std::vector<std::string> applied;
  std::vector<std::string> failures;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        const auto repository = storage.open();
        const auto migrated = repository->migrate();
        const std::lock_guard lock{mutex};
        if (migrated) {
          applied.insert(applied.end(), migrated->begin(), migrated->end());
        } else {
          failures.push_back(migrated.error().detail);
        }
      });
    }
  }
  CHECK(failures == std::vector<std::string>{});
  CHECK_FALSE(applied.empty());
  CHECK(std::set<std::string>(applied.begin(), applied.end()).size() == applied.size());
  CHECK(storage.open()->migrate()->empty());
}

TEMPLATE_LIST_TEST_CASE("A ping tells whether the schema is there", "[repository]", EveryRepository) {
  const TestType storage;
  const auto repository = storage.open();
  CHECK_FALSE(repository->ping().has_value());
  REQUIRE(repository->migrate().has_value());
  CHECK(repository->ping().has_value());
}

TEMPLATE_LIST_TEST_CASE("Pings that write leave nothing behind", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  CHECK(opened.repository->ping_writing().has_value());
  CHECK(opened.repository->ping_committing().has_value());
  CHECK(opened.repository->take_stuck(std::chrono::milliseconds{0}, 10)->empty());
}

}  // namespace notifier::testing
