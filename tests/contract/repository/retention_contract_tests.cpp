#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "contract/repository/dead_letter_fixture.hpp"
#include "notifier/notification_row.hpp"

// What every database promises of what is too old.

namespace notifier::testing {
namespace {

constexpr std::chrono::milliseconds month = std::chrono::days{30};

template <typename Fixture>
struct Retained : DeadLettered<Fixture> {
  std::unique_ptr<Retention> retention = this->storage.storage()->retention();

  /// All that there is, in batches of so many.
  std::uint64_t purge(RetentionCategory what, bool only_count = false, std::size_t limit = 2) {
    PurgeRequest request{.what = what, .older_than = month, .limit = limit, .only_count = only_count};
    std::uint64_t purged = 0;
    for (int calls = 0; calls < 100; ++calls) {
      PurgedBatch batch = must(retention->purge(request));
      purged += batch.purged;
      if (!batch.next) return purged;
      request.after = std::move(batch.next);
    }
    FAIL("a pass does not end");
    return purged;
  }

  void send_long_ago(const std::string& event_id) {
    this->attempt(this->next_attempt_of(event_id), NotificationStatus::sent);
    this->set_long_ago("created_at updated_at", "notifications", "event_id = '" + event_id + "'");
  }

  bool is_there(const std::string& event_id) { return must(this->repository->find(event_id)).has_value(); }

  /// What a pass over the queue does.
  void remove_messages() { must(this->work->note_removal(std::chrono::milliseconds{0})); }
};

}  // namespace

TEMPLATE_LIST_TEST_CASE("What was sent long ago goes, with its attempts, and nothing else", "[retention]", EveryRepository) {
  Retained<TestType> retained;
  for (const char* const id : {"s1", "s2", "s3", "s4", "s5"}) retained.send_long_ago(id);
  retained.attempt(request_for("retried"), NotificationStatus::failed_retrying, "busy");
  retained.send_long_ago("retried");
  retained.attempt(request_for("lately"), NotificationStatus::sent);
  retained.attempt(request_for("waits"), NotificationStatus::failed_retrying, "busy");
  retained.die("dead");
  retained.set_long_ago("created_at updated_at", "notifications", "event_id IN ('waits', 'dead')");
  retained.attempt(request_for("late"), NotificationStatus::sent);
  retained.set_long_ago("created_at", "notifications", "event_id = 'late'");

  CHECK(retained.purge(RetentionCategory::sent, true) == 6);
  CHECK(retained.is_there("s1"));
  CHECK(retained.purge(RetentionCategory::sent) == 6);
  CHECK(retained.purge(RetentionCategory::sent) == 0);
  CHECK_FALSE(retained.is_there("s1"));
  CHECK_FALSE(retained.is_there("s5"));
  CHECK_FALSE(retained.is_there("retried"));
  for (const char* const id : {"lately", "waits", "dead", "late"}) CHECK(retained.is_there(id));

  retained.attempt(request_for("retried"), NotificationStatus::sent);
  REQUIRE(retained.find("retried").attempts.size() == 1);
  CHECK(retained.find("retried").attempts.front().error.empty());
}

// What one transaction may delete is limited: by a disk that is full, or by the group that has to certify it.
TEMPLATE_LIST_TEST_CASE("Of what is large little goes at a time, however much is asked for", "[retention]",
                        EveryRepository) {
  Retained<TestType> retained;
  constexpr std::size_t large = 6 * 1024 * 1024;
  for (const char* const id : {"e1", "e2", "e3", "e4"}) {
    retained.attempt(retained.request_of_size(id, large), NotificationStatus::sent);
    retained.set_long_ago("created_at updated_at", "notifications", "event_id = '" + std::string{id} + "'");
  }
  const PurgeRequest request{.what = RetentionCategory::sent, .older_than = month, .limit = 100};
  const PurgedBatch first = must(retained.retention->purge(request));
  CHECK(first.purged < 4);
  CHECK(first.next.has_value());
  CHECK(first.purged + retained.purge(RetentionCategory::sent, false, 100) == 4);

  for (const char* const id : {"d1", "d2", "d3", "d4"}) retained.die_of_size(id, large);
  retained.set_long_ago("died_at", "dead_letters", "TRUE");
  CHECK(
      must(retained.retention->purge({.what = RetentionCategory::dead_letters, .older_than = month, .limit = 100})).purged <
      4);
}

TEMPLATE_LIST_TEST_CASE("What was sent stays as long as a dead letter of its event could be replayed", "[retention]",
                        EveryRepository) {
  Retained<TestType> retained;
  retained.send_long_ago("e1");
  retained.send_long_ago("e2");
  Message copy = dead_message("{}", "delivery_limit");
  copy.event_id = "e1";
  retained.record_message(copy);

  CHECK(retained.purge(RetentionCategory::sent, true) == 1);
  CHECK(retained.purge(RetentionCategory::sent) == 1);
  CHECK(retained.is_there("e1"));
  CHECK(must(retained.letters->discard(DeadLetterFilter{}, "sent", "on-call")) == 1);
  CHECK(retained.purge(RetentionCategory::sent) == 0);  // its message may be moved back from the queue
  must(retained.work->note_removal(std::chrono::milliseconds{0}));
  CHECK(retained.purge(RetentionCategory::sent) == 1);
  CHECK_FALSE(retained.is_there("e1"));
}

TEMPLATE_LIST_TEST_CASE("A notification may outlive its payload, and is known by its fingerprint all the same",
                        "[retention]", EveryRepository) {
  Retained<TestType> retained;
  retained.send_long_ago("e1");
  retained.attempt(request_for("e2"), NotificationStatus::sent);
  CHECK(retained.purge(RetentionCategory::payloads, true) == 1);
  CHECK(retained.purge(RetentionCategory::payloads) == 1);
  CHECK(retained.purge(RetentionCategory::payloads) == 0);
  CHECK(retained.find("e1").payload == "null");
  CHECK(retained.find("e1").status == NotificationStatus::sent);
  CHECK(retained.find("e2").payload.contains("a@example.com"));
  const auto history = retained.storage.storage()->history();
  CHECK(must(history->list({.recipient = "a@example.com"}, std::nullopt, 10)).notifications.size() == 1);

  CHECK(retained.verdict(request_for("e1")) == ClaimVerdict::done);
  CHECK(retained.verdict({.event = event_with("e1", R"(,"more":1)")}) == ClaimVerdict::payload_mismatch);
}

TEMPLATE_LIST_TEST_CASE("With a payload go the copies that its dead letter kept", "[retention]", EveryRepository) {
  Retained<TestType> retained;
  retained.die("e1");
  const std::uint64_t id = retained.only_id();
  const Event mended = event_with("e1", R"(,"mended":true)");
  const auto replay = must(retained.letters->edit_and_replay(id, mended, "tester"));
  REQUIRE(replay.has_value());
  retained.carry_out(*replay);
  retained.attempt({.event = mended, .attempt = 1}, NotificationStatus::sent);
  retained.set_long_ago("created_at updated_at", "notifications", "event_id = 'e1'");
  CHECK_FALSE(retained.record_of(id).original.empty());
  CHECK(retained.purge(RetentionCategory::payloads) == 1);
  CHECK(retained.record_of(id).original.empty());
  CHECK(retained.record_of(id).body == "null");
}

TEMPLATE_LIST_TEST_CASE("A dead letter that is too old is discarded, and goes when its message has gone", "[retention]",
                        EveryRepository) {
  Retained<TestType> retained;
  retained.die("old");
  retained.die("new");
  retained.record_message(dead_message("{}"));
  retained.set_long_ago("died_at", "dead_letters", "event_id IS NULL OR event_id = 'old'");

  CHECK(retained.purge(RetentionCategory::dead_letters, true) == 2);
  CHECK(retained.list().size() == 3);
  CHECK(retained.purge(RetentionCategory::dead_letters) == 2);
  CHECK(retained.list().size() == 1);
  const auto discarded = retained.list({.state = DeadLetterState::discarded});
  REQUIRE(discarded.size() == 2);
  CHECK(retained.record_of(discarded.front().id).closed_by == "retention");
  CHECK(must(retained.work->has_messages_to_remove()));
  CHECK(retained.purge(RetentionCategory::dead_letters) == 0);
  CHECK(retained.is_there("old"));

  retained.remove_messages();
  CHECK(retained.purge(RetentionCategory::dead_letters) == 0);
  CHECK(retained.list({.state = DeadLetterState::discarded}).empty());
  CHECK_FALSE(retained.is_there("old"));
  CHECK(retained.is_there("new"));
}

TEMPLATE_LIST_TEST_CASE("A replayed notification stays when its old dead letter goes", "[retention]", EveryRepository) {
  Retained<TestType> retained;
  retained.die("e1");
  const std::uint64_t replay = retained.start_replay();
  retained.carry_out(replay);
  retained.remove_messages();
  retained.set_long_ago("died_at", "dead_letters", "TRUE");
  CHECK(retained.purge(RetentionCategory::dead_letters) == 1);
  CHECK(retained.list({.state = DeadLetterState::replayed}).empty());
  CHECK(retained.find("e1").status == NotificationStatus::queued);
  CHECK(retained.replay(replay).replayed == 1);
  CHECK(must(retained.letters->replay_items(replay, 0, 10)).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("A dead letter is still a notification's when that has gone", "[retention]", EveryRepository) {
  Retained<TestType> retained;
  retained.die("e1");
  const std::uint64_t id = retained.only_id();
  retained.carry_out(retained.start_replay());
  must(retained.work->note_removal(std::chrono::milliseconds{0}));
  retained.send_long_ago("e1");
  CHECK(retained.purge(RetentionCategory::sent) == 1);
  const DeadLetterRecord record = retained.record_of(id);
  CHECK(record.of_notification);
  CHECK(record.body.empty());
  CHECK(record.summary.state == DeadLetterState::replayed);
}

TEMPLATE_LIST_TEST_CASE("What a replay has still to take does not go before", "[retention]", EveryRepository) {
  Retained<TestType> retained;
  retained.die("e1");
  retained.set_long_ago("died_at", "dead_letters", "TRUE");
  const std::uint64_t replay = retained.start_replay();
  CHECK(retained.purge(RetentionCategory::dead_letters) == 0);
  CHECK(retained.carry_out(replay).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("A replay that ended long ago goes with what it was of", "[retention]", EveryRepository) {
  Retained<TestType> retained;
  for (const char* const id : {"e1", "e2", "e3", "e4", "e5"}) retained.die(id);
  const std::uint64_t old = retained.start_replay();
  retained.carry_out(old);
  retained.set_long_ago("ended_at", "replays", "TRUE");
  const std::uint64_t new_one = retained.start_replay();
  retained.carry_out(new_one);
  const std::uint64_t running = retained.start_replay();

  CHECK(retained.purge(RetentionCategory::replays, true) == 1);
  CHECK(retained.purge(RetentionCategory::replays) == 1);
  CHECK_FALSE(must(retained.letters->find_replay(old)).has_value());
  CHECK(must(retained.letters->replay_items(old, 0, 10)).empty());
  CHECK(must(retained.letters->find_replay(new_one)).has_value());
  CHECK(must(retained.letters->find_replay(running)).has_value());
}

TEMPLATE_LIST_TEST_CASE("One process at a time purges, whoever works on dead letters", "[retention]", EveryRepository) {
  Retained<TestType> retained;
  const ClaimToken one = new_claim_token();
  CHECK(must(retained.work->hold(new_claim_token(), std::chrono::minutes{5})));
  CHECK(must(retained.retention->hold(one, std::chrono::minutes{5})));
  CHECK_FALSE(must(retained.retention->hold(new_claim_token(), std::chrono::minutes{5})));
}

}  // namespace notifier::testing
