#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "contract/repository/dead_letter_fixture.hpp"

// What every database promises of dead letters as operators read and discard them.

namespace notifier::testing {

TEMPLATE_LIST_TEST_CASE("A notification that dies is a dead letter with all that is known of it", "[dead_letters]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  ClaimRequest first = request_for("e1");
  first.route = "news";
  letters.attempt(first, NotificationStatus::failed_retrying, "busy");
  letters.die("e1", "it's \"full\"");
  letters.attempt(request_for("e2"), NotificationStatus::sent);

  const DeadLetterRecord record = letters.record_of(letters.only_id());
  CHECK(record.summary.event_id == "e1");
  CHECK(record.summary.event_type == "order_shipped");
  CHECK(record.summary.recipient == "a@example.com");
  CHECK(record.summary.route == "news");
  CHECK(letters.list().front().recipient == "a@example.com");
  CHECK(letters.list().front().route == "news");
  CHECK(record.attempts_before_replay == 0);
  CHECK(record.summary.reason == "retries_exhausted");
  CHECK(record.summary.error == "it's \"full\"");
  CHECK(record.summary.attempt_count == 2);
  CHECK(record.summary.deaths == 1);
  CHECK(record.summary.state == DeadLetterState::dead);
  CHECK(record.summary.died_at == letters.find("e1").updated_at);
  CHECK(record.of_notification);
  CHECK(record.event_timestamp == "2023-10-27T10:00:00Z");
  CHECK(record.traceparent == "00-ab-cd-01");
  CHECK(record.first_failed_at == "2026-01-31T12:00:00Z");
  CHECK(record.body.contains("a@example.com"));
  CHECK(record.original.empty());
  CHECK(record.closed_at.empty());
  REQUIRE(record.attempts.size() == 2);
  CHECK(record.attempts[0].error == "busy");
  CHECK(record.attempts[1].error == "it's \"full\"");
}

TEMPLATE_LIST_TEST_CASE("A message that is no notification is a dead letter with its body", "[dead_letters]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  const std::string bytes{"\0\xff'\"\\;", 6};
  letters.record_message(dead_message(bytes));

  const DeadLetterRecord record = letters.record_of(letters.only_id());
  CHECK_FALSE(record.of_notification);
  CHECK(record.summary.reason == "invalid_event");
  CHECK(record.summary.error == "no JSON");
  CHECK(record.summary.event_id.empty());
  CHECK(record.summary.recipient.empty());
  CHECK(record.summary.route.empty());
  CHECK(record.body == bytes);
  CHECK(record.body_bytes == bytes.size());
  CHECK(record.attempts.empty());
}

TEMPLATE_LIST_TEST_CASE("Of a body that is too long the beginning is kept, and its length", "[dead_letters]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.record_message(dead_message(std::string(max_dead_letter_body_bytes + 7, 'x')));
  const DeadLetterRecord record = letters.record_of(letters.only_id());
  CHECK(record.body.size() == max_dead_letter_body_bytes);
  CHECK(record.body_bytes == max_dead_letter_body_bytes + 7);
}

TEMPLATE_LIST_TEST_CASE("The same message that is dead-lettered again is one dead letter", "[dead_letters]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.record_message(dead_message("{}"));
  letters.record_message(dead_message("{}"));
  CHECK(letters.list().size() == 1);
  CHECK(letters.list().front().deaths == 1);
  letters.record_message(dead_message("{}", "payload_mismatch"));
  letters.record_message(dead_message("[]"));
  CHECK(letters.list().size() == 3);
}

TEMPLATE_LIST_TEST_CASE("There is no dead letter with a number that nobody gave", "[dead_letters]", EveryRepository) {
  DeadLettered<TestType> letters;
  CHECK_FALSE(must(letters.letters->find(1)).has_value());
  CHECK_FALSE(must(letters.letters->find(9'223'372'036'854'775'807U)).has_value());
  CHECK(letters.list().empty());
}

TEMPLATE_LIST_TEST_CASE("Dead letters are listed newest first, page by page", "[dead_letters]", EveryRepository) {
  DeadLettered<TestType> letters;
  for (const char* const id : {"e1", "e2", "e3", "e4", "e5"}) letters.die(id);
  letters.set_long_ago("died_at", "dead_letters", "event_id IN ('e3', 'e5')");

  std::vector<std::string> ids;
  std::optional<DeadLetterCursor> after;
  int pages = 0;
  do {
    const DeadLetterPage page = must(letters.letters->list({}, after, 2));
    REQUIRE(page.dead_letters.size() <= 2);
    for (const DeadLetterSummary& dead : page.dead_letters) ids.push_back(dead.event_id);
    after = page.next;
    ++pages;
  } while (after);
  CHECK(pages == 3);
  CHECK(ids == std::vector<std::string>{"e4", "e2", "e1", "e5", "e3"});

  const DeadLetterPage all = must(letters.letters->list({}, {}, 5));
  for (std::size_t i = 0; i + 1 < all.dead_letters.size(); ++i) {
    const DeadLetterPage rest = must(letters.letters->list({}, place_of(all.dead_letters[i]), 1));
    REQUIRE(rest.dead_letters.size() == 1);
    CHECK(rest.dead_letters.front().id == all.dead_letters[i + 1].id);
  }
}

TEMPLATE_LIST_TEST_CASE("A filter chooses dead letters by each of its parts", "[dead_letters]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("full", "mailbox 100% full");
  letters.die("refused", "Refused", "failed_for_good");
  letters.record_message(dead_message("{}"));
  letters.set_long_ago("died_at", "dead_letters", "event_id = 'refused'");
  const auto chosen = [&](const DeadLetterFilter& filter) {
    std::vector<std::string> ids;
    for (const DeadLetterSummary& dead : letters.list(filter)) ids.push_back(dead.event_id);
    CHECK(must(letters.letters->count(filter)) == ids.size());
    return ids;
  };
  using Ids = std::vector<std::string>;
  const auto february = std::chrono::sys_days{std::chrono::year{2026} / 2 / 1};
  CHECK(chosen({.reason = "failed_for_good"}) == Ids{"refused"});
  CHECK(chosen({.error = "100% full"}) == Ids{"full"});
  CHECK(chosen({.error = "%"}) == Ids{"full"});
  CHECK(chosen({.error = "_"}).empty());
  CHECK(chosen({.error = "refused"}).empty());
  CHECK(chosen({.event_type = "order_shipped"}) == Ids{"full", "refused"});
  CHECK(chosen({.event_type = "Order_Shipped"}).empty());
  CHECK(chosen({.since = february}) == Ids{"", "full"});
  CHECK(chosen({.until = february}) == Ids{"refused"});
  CHECK(chosen({.reason = "retries_exhausted", .until = february}).empty());
}

TEMPLATE_LIST_TEST_CASE("Dead letters are counted by reason and error, the most numerous first", "[dead_letters]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.record_message(dead_message("{}"));
  letters.die("e1", "busy");
  letters.die("e2", "full");
  letters.die("e3", "full");
  letters.set_long_ago("died_at", "dead_letters", "event_id = 'e2'");

  const auto groups = must(letters.letters->group({}, 10));
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].error == "full");
  CHECK(groups[0].count == 2);
  CHECK(groups[0].oldest == "2026-01-01T00:00:00.000Z");
  CHECK(groups[0].newest > groups[0].oldest);
  CHECK(must(letters.letters->group({}, 1)).size() == 1);
  CHECK(must(letters.letters->group({.reason = "invalid_event"}, 10)).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("What is discarded is dead no more, and says why and by whom", "[dead_letters]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  letters.die("e2");
  const std::uint64_t id = letters.list().front().id;
  const DeadLetterChoice both_or_none = std::vector<std::uint64_t>{id, 999'999};
  CHECK(must(letters.letters->count(both_or_none)) == 1);
  CHECK(must(letters.letters->discard(both_or_none, "it's spam", "on-call")) == 1);
  CHECK(must(letters.letters->count(both_or_none)) == 0);
  CHECK(must(letters.letters->discard(both_or_none, "again", "somebody else")) == 0);

  const DeadLetterRecord record = letters.record_of(id);
  CHECK(record.summary.state == DeadLetterState::discarded);
  CHECK(record.closed_by == "on-call");
  CHECK(record.discard_reason == "it's spam");
  CHECK_FALSE(record.closed_at.empty());
  const auto death = letters.find(record.summary.event_id).death;
  REQUIRE(death.has_value());
  CHECK(death->dead_letter_id == id);
  CHECK(death->state == DeadLetterState::discarded);
  CHECK(death->closed_at == record.closed_at);
  CHECK(death->closed_by == "on-call");
  CHECK(death->discard_reason == "it's spam");
  CHECK(letters.list().size() == 1);
  CHECK(letters.only_id({.state = DeadLetterState::discarded}) == id);
  CHECK(letters.find("e2").status == NotificationStatus::failed_dlq);

  CHECK(must(letters.letters->discard(DeadLetterFilter{.error = "nothing like it"}, "no", "on-call")) == 0);
  CHECK(must(letters.letters->discard(DeadLetterFilter{}, "all of it", "on-call")) == 1);
  CHECK(letters.list().empty());
}

TEMPLATE_LIST_TEST_CASE("A message that was discarded and comes again is dead again", "[dead_letters]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.record_message(dead_message("{}"));
  CHECK(must(letters.letters->discard(DeadLetterFilter{}, "spam", "on-call")) == 1);
  letters.record_message(dead_message("{}"));
  CHECK(letters.record_of(letters.only_id()).summary.deaths == 2);
}

}  // namespace notifier::testing
