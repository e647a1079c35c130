#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/rfc3339.hpp"
#include "contract/repository/history_fixture.hpp"

// What every history promises. Each test case runs for each adapter on a database of its own.

namespace notifier::testing {
namespace {

using std::chrono::system_clock;
using Ids = std::vector<std::string>;

system_clock::time_point time_of(const std::string& text) { return from_rfc3339(text).value(); }

const system_clock::time_point begin_of_2026 = time_of("2026-01-01");

/// The rows of a repository, and what the history on the same database tells of them.
template <typename Fixture>
struct Recorded : Opened<Fixture> {
  std::unique_ptr<NotificationHistory> history = this->storage.storage()->history();

  void set_age(const std::string& event_id, int seconds) {
    execute(this->storage, "UPDATE notifications SET created_at = " + time_sql(this->storage, std::to_string(seconds)) +
                               " WHERE event_id = '" + event_id + "'");
  }

  NotificationPage page(const NotificationFilter& filter, std::optional<NotificationCursor> after = {},
                        std::size_t limit = 100) {
    auto page = history->list(filter, std::move(after), limit);
    REQUIRE(page.has_value());
    return *page;
  }

  Ids ids(const NotificationFilter& filter) {
    Ids ids;
    for (const ListedNotification& notification : page(filter).notifications) ids.push_back(notification.event_id);
    return ids;
  }

  NotificationCounts count(system_clock::time_point since, system_clock::time_point until) {
    auto counts = history->count(since, until);
    REQUIRE(counts.has_value());
    return *counts;
  }
};

ClaimRequest request_of(const std::string& id, const std::string& type, const std::string& email) {
  const std::string payload = R"({"userId":"u","email":")" + email + R"(","username":"abc"})";
  return {.event = parse_queued_event(event_message_body(id, type, "2023-10-27T10:00:00Z", payload))->event};
}

using Sums = std::map<std::pair<NotificationStatus, std::string>, std::uint64_t>;

Sums sums_of(const NotificationCounts& counts) {
  Sums sums;
  for (const NotificationCount& count : counts.counts) sums[{count.status, count.event_type}] += count.count;
  return sums;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("The list shows each notification as it is, newest first", "[history]", EveryRepository) {
  Recorded<TestType> recorded;
  CHECK(recorded.ids({}).empty());
  recorded.attempt(request_for("old"), NotificationStatus::failed_retrying, "mailbox full");
  recorded.attempt(request_of("new", "it's \"new\"", "b@example.com"), NotificationStatus::sent);
  recorded.set_age("old", 1);
  recorded.set_age("new", 2);

  const NotificationPage page = recorded.page({});
  CHECK_FALSE(page.next.has_value());
  REQUIRE(page.notifications.size() == 2);
  const ListedNotification& newest = page.notifications.front();
  CHECK(newest.event_id == "new");
  CHECK(newest.event_type == "it's \"new\"");
  CHECK(newest.recipient == "b@example.com");
  CHECK(newest.status == NotificationStatus::sent);
  CHECK(newest.last_error.empty());
  CHECK(newest.created_at == "2026-01-01T00:00:02.000Z");
  const ListedNotification& oldest = page.notifications.back();
  const NotificationRecord row = recorded.find("old");
  CHECK(oldest.event_id == "old");
  CHECK(oldest.status == NotificationStatus::failed_retrying);
  CHECK(oldest.attempt_count == 1);
  CHECK(oldest.last_error == "mailbox full");
  CHECK(oldest.updated_at == row.updated_at);
}

TEMPLATE_LIST_TEST_CASE("Pages go on where the one before ended, among notifications of one moment too", "[history]",
                        EveryRepository) {
  Recorded<TestType> recorded;
  std::vector<ClaimRequest> requests;
  for (const char* id : {"b", "E", "a", "d", "%", "c", "e"}) requests.push_back(request_for(id));
  static_cast<void>(recorded.claim(requests));
  execute(recorded.storage, "UPDATE notifications SET created_at = " + time_sql(recorded.storage, "7"));
  recorded.set_age("a", 8);
  const Ids expected{"a", "e", "d", "c", "b", "E", "%"};
  for (const std::string& recipient : {std::string{}, std::string{"a@example.com"}}) {
    for (const std::size_t limit : {1U, 3U, 6U, 7U}) {
      CAPTURE(recipient, limit);
      Ids seen;
      std::optional<NotificationCursor> after;
      do {
        const NotificationPage page = recorded.page({.recipient = recipient}, after, limit);
        CHECK(page.notifications.size() <= limit);
        for (const ListedNotification& notification : page.notifications) seen.push_back(notification.event_id);
        after = page.next;
      } while (after && seen.size() < expected.size());
      CHECK(seen == expected);
      CHECK_FALSE(after.has_value());
    }
  }
}

TEMPLATE_LIST_TEST_CASE("Each part of the filter counts", "[history]", EveryRepository) {
  Recorded<TestType> recorded;
  recorded.attempt(request_of("e1", "shipped", "a@example.com"), NotificationStatus::sent);
  recorded.attempt(request_of("e2", "Shipped", "b@example.com"), NotificationStatus::sent);
  recorded.attempt(request_of("e3", "shipped", "A@example.com"), NotificationStatus::failed_dlq, "refused");
  recorded.attempt(request_of("e4", "signup", "b@example.com"), NotificationStatus::failed_dlq, "refused");
  for (int i = 1; i <= 4; ++i) recorded.set_age("e" + std::to_string(i), i);

  CHECK(recorded.ids({.status = NotificationStatus::failed_dlq}) == Ids{"e4", "e3"});
  CHECK(recorded.ids({.status = NotificationStatus::queued}).empty());
  CHECK(recorded.ids({.event_type = "shipped"}) == Ids{"e3", "e1"});
  CHECK(recorded.ids({.event_type = "' OR '1'='1"}).empty());
  CHECK(recorded.ids({.recipient = "b@example.com"}) == Ids{"e4", "e2"});
  CHECK(recorded.ids({.recipient = "a@example.com"}) == Ids{"e3", "e1"});
  CHECK(recorded.ids({.recipient = "' OR '1'='1"}).empty());
  CHECK(recorded.ids({.status = NotificationStatus::sent, .recipient = "b@example.com"}) == Ids{"e2"});
  CHECK(recorded.ids({.since = begin_of_2026 + std::chrono::seconds{3}}) == Ids{"e4", "e3"});
  CHECK(recorded.ids({.until = begin_of_2026 + std::chrono::seconds{3}}) == Ids{"e2", "e1"});
  CHECK(recorded.ids({.since = begin_of_2026 + std::chrono::milliseconds{1001},
                      .until = begin_of_2026 + std::chrono::milliseconds{3001}}) == Ids{"e3", "e2"});
  CHECK(recorded.ids({.recipient = "b@example.com", .until = begin_of_2026 + std::chrono::seconds{4}}) == Ids{"e2"});
  CHECK(recorded.ids({.since = time_of("2199-12-31")}).empty());
  CHECK(recorded.ids({.until = time_of("1970-01-01")}).empty());
}

TEMPLATE_LIST_TEST_CASE("Recipients are found whatever the case of their letters, in one order", "[history]",
                        EveryRepository) {
  Recorded<TestType> recorded;
  const std::vector<std::string> spellings{"ada@example.com", "Ada@Example.com", "ada@EXAMPLE.COM", "ada@example.com",
                                           "adam@example.com"};
  for (std::size_t i = 0; i < spellings.size(); ++i) {
    const std::string id = "e" + std::to_string(i + 1);
    recorded.attempt(request_of(id, "shipped", spellings[i]), NotificationStatus::sent);
    recorded.set_age(id, static_cast<int>(i) + 1);
  }
  for (const std::string& asked : {std::string{"ada@example.com"}, std::string{"ADA@example.COM"}}) {
    CAPTURE(asked);
    CHECK(recorded.ids({.recipient = asked}) == Ids{"e4", "e3", "e2", "e1"});
    const NotificationPage first = recorded.page({.recipient = asked}, std::nullopt, 2);
    CHECK(first.notifications.at(1).recipient == "ada@EXAMPLE.COM");
    REQUIRE(first.next.has_value());
    const NotificationPage second = recorded.page({.recipient = asked}, first.next, 2);
    CHECK(second.notifications.at(0).event_id == "e2");
    CHECK(second.notifications.at(0).recipient == "Ada@Example.com");
    CHECK_FALSE(second.next.has_value());
  }
  CHECK(recorded.ids({.recipient = "ada@example.co_"}).empty());
}

TEMPLATE_LIST_TEST_CASE("Those of a window are counted by status and type", "[history]", EveryRepository) {
  Recorded<TestType> recorded;
  recorded.attempt(request_of("e1", "shipped", "a@example.com"), NotificationStatus::sent);
  recorded.attempt(request_of("e2", "shipped", "a@example.com"), NotificationStatus::sent);
  recorded.attempt(request_of("e3", "Shipped", "a@example.com"), NotificationStatus::sent);
  recorded.attempt(request_of("e4", "shipped", "a@example.com"), NotificationStatus::failed_dlq, "refused");
  for (int i = 1; i <= 4; ++i) recorded.set_age("e" + std::to_string(i), i);

  const auto all = recorded.count(begin_of_2026, begin_of_2026 + std::chrono::hours{1});
  CHECK(all.complete);
  CHECK(all.since == begin_of_2026);
  CHECK(sums_of(all) == Sums{{{NotificationStatus::sent, "shipped"}, 2},
                             {{NotificationStatus::sent, "Shipped"}, 1},
                             {{NotificationStatus::failed_dlq, "shipped"}, 1}});
  const auto some = recorded.count(begin_of_2026 + std::chrono::seconds{2}, begin_of_2026 + std::chrono::seconds{4});
  CHECK(sums_of(some) == Sums{{{NotificationStatus::sent, "shipped"}, 1}, {{NotificationStatus::sent, "Shipped"}, 1}});
  CHECK(recorded.count(time_of("2026-02-01"), time_of("2026-03-01")).counts.empty());
}

TEMPLATE_LIST_TEST_CASE("A reading that finds little ends after many rows and can be gone on with", "[history]",
                        EveryRepository) {
  constexpr std::size_t rows = 250'000;
  Recorded<TestType> recorded;
  insert_history(recorded.storage, rows, 1000);
  execute(recorded.storage, "UPDATE notifications SET status = 'QUEUED' WHERE event_id = 'e0000000'");
  execute(recorded.storage, "UPDATE notifications SET recipient = 'all@example.com' WHERE event_id >= 'e0100000'");

  NotificationPage page = recorded.page({.status = NotificationStatus::queued});
  CHECK(page.notifications.empty());
  REQUIRE(page.next.has_value());
  CHECK(page.next->event_id == "e0150000");
  page = recorded.page({.status = NotificationStatus::queued}, page.next);
  CHECK(page.notifications.empty());
  REQUIRE(page.next.has_value());
  CHECK(page.next->event_id == "e0050000");
  page = recorded.page({.status = NotificationStatus::queued}, page.next);
  REQUIRE(page.notifications.size() == 1);
  CHECK(page.notifications.front().event_id == "e0000000");
  CHECK_FALSE(page.next.has_value());

  page = recorded.page({.event_type = "nothing", .recipient = "all@example.com"});
  CHECK(page.notifications.empty());
  REQUIRE(page.next.has_value());
  CHECK(page.next->event_id == "e0150000");

  // What is counted is all that came to be since the time that the answer tells, however far it came.
  const auto counts = recorded.count(begin_of_2026, begin_of_2026 + std::chrono::hours{1});
  const auto counted_from = std::chrono::duration_cast<std::chrono::seconds>(counts.since - begin_of_2026).count();
  std::uint64_t sum = 0;
  for (const NotificationCount& count : counts.counts) sum += count.count;
  CHECK(sum == rows - 1000 * static_cast<std::uint64_t>(counted_from));
  CHECK(counts.complete == (counted_from == 0));
}

TEMPLATE_LIST_TEST_CASE("A history without its tables is refused and says what to do", "[history]", EveryRepository) {
  const TestType storage;
  const auto history = storage.storage()->history();
  const auto refused = history->list({}, std::nullopt, 10);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == RepositoryError::Kind::refused);
  CHECK(history->count(begin_of_2026, system_clock::now()).error().kind == RepositoryError::Kind::refused);
  REQUIRE(storage.open()->migrate().has_value());
  CHECK(history->list({}, std::nullopt, 10).has_value());
}

}  // namespace notifier::testing
