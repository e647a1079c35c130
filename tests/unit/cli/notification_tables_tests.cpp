#include "cli/notification_tables.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "base/rfc3339.hpp"
#include "cli/dead_letter_tables.hpp"

using namespace notifier;

namespace {

Terminal at_noon(std::size_t width) { return {.width = width, .now = from_rfc3339("2026-01-01T12:00:00Z").value()}; }

/// Without the line end that the text begins with, so that all of its lines stand below each other here.
std::string lines(const std::string& text) { return text.substr(1); }

const std::string long_error =
    "the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see "
    "https://mail.example.com/why?id=0123456789 for the reason";

const NotificationRecord retrying{
    .event_id = "019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b",
    .event_type = "shipped",
    .recipient = "ada@example.com",
    .status = NotificationStatus::failed_retrying,
    .attempt_count = 2,
    .last_error = long_error,
    .created_at = "2026-01-01T11:50:00.000Z",
    .updated_at = "2026-01-01T11:59:48.000Z",
    .next_attempt_at = "2026-01-01T12:00:18.000Z",
    .route = "news",
    .sender = "spare",
    .payload =
        R"({"userId":"u1","items":[{"article":"an-article-with-a-long-name","count":1.50},{"article":"another","count":2}]})",
    .attempts = {{1, "2026-01-01T11:50:00.500Z", "busy", std::chrono::microseconds{1'234}},
                 {2,
                  "2026-01-01T11:59:48.000Z",
                  "main: " + long_error + "; spare: busy",
                  std::chrono::microseconds{12'345},
                  {{"main", SendOutcome::transient, std::chrono::milliseconds{12}, long_error},
                   {"spare", SendOutcome::deferred, std::chrono::milliseconds{0}, "busy"}}}},
    .siblings = {{"019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b/audit", "audit", NotificationStatus::sent}}};

const std::vector<ListedNotification> listed{{.event_id = "019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b",
                                              .event_type = "shipped",
                                              .recipient = "somebody.with.a.long.name@mail.department.example.com",
                                              .status = NotificationStatus::failed_dlq,
                                              .attempt_count = 4,
                                              .last_error = long_error,
                                              .created_at = "2026-01-01T11:57:00.000Z",
                                              .route = "orders",
                                              .sender = "hooks"},
                                             {.event_id = "order-1",
                                              .event_type = "注文が発送されました",
                                              .recipient = "שלום@דוגמה.קום",
                                              .status = NotificationStatus::sent,
                                              .attempt_count = 1,
                                              .created_at = "2026-01-01T11:00:00.000Z"},
                                             {.event_id = "order-2",
                                              .event_type = "a\x1b[2J\u202e",
                                              .recipient = "ada@example.com",
                                              .status = NotificationStatus::queued,
                                              .created_at = "2025-12-24T12:00:00.000Z"}};

const std::vector<DeadLetterSummary> dead{{.id = 42,
                                           .event_id = "019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b",
                                           .event_type = "shipped",
                                           .recipient = "somebody.with.a.long.name@mail.department.example.com",
                                           .route = "orders",
                                           .reason = "retries_exhausted",
                                           .error = long_error,
                                           .attempt_count = 4,
                                           .deaths = 1,
                                           .died_at = "2026-01-01T11:57:00.000Z"}};

}  // namespace

TEST_CASE("A notification is shown with its attempts, its siblings and what happens next") {
  CHECK(notification_table(retrying, at_noon(80)) == lines(R"(
event id         019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
notification id  notif-019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
event type       shipped
recipient        ada@example.com
route            news
sender           spare
status           FAILED_RETRYING
attempts         2
created          2026-01-01T11:50:00.000Z (10 min ago)
updated          2026-01-01T11:59:48.000Z (12 s ago)
next attempt     2026-01-01T12:00:18.000Z (in 18 s)
last error       the mail server answered 451 4.7.1 Greylisting in action,
                 please come back later, and see
                 https://mail.example.com/why?id=0123456789 for the reason
payload          {"userId": "u1", "items": [{"article":
                 "an-article-with-a-long-name", "count": 1.50}, {"article":
                 "another", "count": 2}]}

ATTEMPT  ENDED      SENDER  OUTCOME    DURATION
1        9 min ago          failed     1 ms
    busy
2        12 s ago   main    transient  12 ms
    the mail server answered 451 4.7.1 Greylisting in action, please come back
    later, and see https://mail.example.com/why?id=0123456789 for the reason
2        12 s ago   spare   deferred   0 ms
    busy

ALSO ON ROUTE  STATUS  EVENT ID
audit          SENT    019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b/audit
)"));
  CHECK(notification_table(retrying, at_noon(120)) == lines(R"(
event id         019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
notification id  notif-019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
event type       shipped
recipient        ada@example.com
route            news
sender           spare
status           FAILED_RETRYING
attempts         2
created          2026-01-01T11:50:00.000Z (10 min ago)
updated          2026-01-01T11:59:48.000Z (12 s ago)
next attempt     2026-01-01T12:00:18.000Z (in 18 s)
last error       the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see
                 https://mail.example.com/why?id=0123456789 for the reason
payload          {"userId": "u1", "items": [{"article": "an-article-with-a-long-name", "count": 1.50}, {"article":
                 "another", "count": 2}]}

ATTEMPT  ENDED      SENDER  OUTCOME    DURATION
1        9 min ago          failed     1 ms
    busy
2        12 s ago   main    transient  12 ms
    the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see
    https://mail.example.com/why?id=0123456789 for the reason
2        12 s ago   spare   deferred   0 ms
    busy

ALSO ON ROUTE  STATUS  EVENT ID
audit          SENT    019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b/audit
)"));
  CHECK(notification_table(retrying, at_noon(200)) == lines(R"(
event id         019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
notification id  notif-019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
event type       shipped
recipient        ada@example.com
route            news
sender           spare
status           FAILED_RETRYING
attempts         2
created          2026-01-01T11:50:00.000Z (10 min ago)
updated          2026-01-01T11:59:48.000Z (12 s ago)
next attempt     2026-01-01T12:00:18.000Z (in 18 s)
last error       the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see https://mail.example.com/why?id=0123456789 for the reason
payload          {"userId": "u1", "items": [{"article": "an-article-with-a-long-name", "count": 1.50}, {"article": "another", "count": 2}]}

ATTEMPT  ENDED      SENDER  OUTCOME    DURATION  REPLY OR ERROR
1        9 min ago          failed     1 ms      busy
2        12 s ago   main    transient  12 ms     the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see https://mail.example.com/why?id=0123456789 for the reason
2        12 s ago   spare   deferred   0 ms      busy

ALSO ON ROUTE  STATUS  EVENT ID
audit          SENT    019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b/audit
)"));
}

TEST_CASE("Notifications are listed with what finds room") {
  CHECK(notification_table(listed, at_noon(80)) == lines(R"(
EVENT ID                              STATUS      CREATED    RECIPIENT
019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b  FAILED_DLQ  3 min ago  somebody.…ample.com
    the mail server answered 451 4.7.1 Greylisting in action, please come back
    later, and see https://mail.example.com/why?id=0123456789 for the reason
order-1                               SENT        1 h ago    שלום@דוגמה.קום)"
                                                         "\u200e"
                                                         R"(
order-2                               QUEUED      8 d ago    ada@example.com
)"));
  CHECK(notification_table(listed, at_noon(120)) == lines(R"(
EVENT ID                              STATUS      CREATED    RECIPIENT        EVENT TYPE        ROUTE   SENDER  ATTEMPTS
019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b  FAILED_DLQ  3 min ago  somebod…ple.com  shipped           orders  hooks   4
    the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see
    https://mail.example.com/why?id=0123456789 for the reason
order-1                               SENT        1 h ago    שלום@דוגמה.קום)"
                                                          "\u200e"
                                                          R"(   注文が発送され…                   1
order-2                               QUEUED      8 d ago    ada@example.com  a\u001b[2J\u202e                  0
)"));
  CHECK(notification_table(listed, at_noon(200)) ==
        lines(R"(
EVENT ID                              STATUS      CREATED    RECIPIENT                                              EVENT TYPE            ROUTE   SENDER  ATTEMPTS
019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b  FAILED_DLQ  3 min ago  somebody.with.a.long.name@mail.department.example.com  shipped               orders  hooks   4
    the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see https://mail.example.com/why?id=0123456789 for the reason
order-1                               SENT        1 h ago    שלום@דוגמה.קום)"
              "\u200e"
              R"(                                         注文が発送されました                  1
order-2                               QUEUED      8 d ago    ada@example.com                                        a\u001b[2J\u202e                      0
)"));
}

TEST_CASE("Dead letters are listed with what finds room") {
  CHECK(dead_letter_table(dead, at_noon(80)) == lines(R"(
ID  STATE  DIED       REASON             RECIPIENT            EVENT TYPE  ROUTE
42  DEAD   3 min ago  retries_exhausted  somebody.…ample.com  shipped     orders
    the mail server answered 451 4.7.1 Greylisting in action, please come back
    later, and see https://mail.example.com/why?id=0123456789 for the reason
)"));
  CHECK(dead_letter_table(dead, at_noon(120)) == lines(R"(
ID  STATE  DIED       REASON             RECIPIENT              EVENT TYPE  ROUTE   EVENT ID
42  DEAD   3 min ago  retries_exhausted  somebody.w…xample.com  shipped     orders  019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
    the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see
    https://mail.example.com/why?id=0123456789 for the reason
)"));
  CHECK(dead_letter_table(dead, at_noon(200)) == lines(R"(
ID  STATE  DIED       REASON             RECIPIENT                                              EVENT TYPE  ROUTE   EVENT ID                              DEATHS  ATTEMPTS
42  DEAD   3 min ago  retries_exhausted  somebody.with.a.long.name@mail.department.example.com  shipped     orders  019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b  1       4
    the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see https://mail.example.com/why?id=0123456789 for the reason
)"));
}

TEST_CASE("An id that is listed is whole however narrow the terminal is, and the recipient beside it") {
  std::vector<ListedNotification> retried = listed;
  for (ListedNotification& one : retried) one.status = NotificationStatus::failed_retrying;
  retried.front().event_id += "/audit";
  const std::string table = notification_table(retried, at_noon(80));
  CHECK(table.contains("019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b/audit  FAILED_RETRYING  somebo"));
  CHECK_FALSE(table.contains("CREATED"));
  CHECK(notification_table(retried, at_noon(20)).contains("019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b/audit"));
}

TEST_CASE("Attempts since the last replay are told from those before it") {
  NotificationRecord replayed{.event_id = "order-1",
                              .event_type = "shipped",
                              .status = NotificationStatus::failed_dlq,
                              .attempt_count = 3,
                              .attempts_before_replay = 1,
                              .created_at = "2026-01-01T11:50:00.000Z",
                              .updated_at = "2026-01-01T11:59:48.000Z",
                              .payload = "null",
                              .death = NotificationDeath{.dead_letter_id = 42,
                                                         .state = DeadLetterState::discarded,
                                                         .reason = "retries_exhausted",
                                                         .closed_at = "2026-01-01T11:59:50.000Z",
                                                         .closed_by = "command line",
                                                         .discard_reason = "too old"},
                              .attempts = {{1, "2026-01-01T11:50:00.500Z", "busy"},
                                           {2, "2026-01-01T11:59:00.000Z", "busy"},
                                           {3, "2026-01-01T11:59:48.000Z", "full"}}};
  CHECK(notification_table(replayed, at_noon(80)) == lines(R"(
event id         order-1
notification id  notif-order-1
event type       shipped
status           FAILED_DLQ
dead letter      42, DISCARDED
reason           retries_exhausted
discarded        2026-01-01T11:59:50.000Z (10 s ago) by command line
discarded for    too old
attempts         3, of which 2 since the last replay
created          2026-01-01T11:50:00.000Z (10 min ago)
updated          2026-01-01T11:59:48.000Z (12 s ago)
payload          null

ATTEMPT  SINCE REPLAY  ENDED      SENDER  OUTCOME  REPLY OR ERROR
1                      9 min ago          failed   busy
2        1             1 min ago          failed   busy
3        2             12 s ago           failed   full
)"));
  replayed.death->state = DeadLetterState::dead;
  CHECK(notification_table(replayed, at_noon(80)).contains("dead letter      42, DEAD\n"));
  CHECK_FALSE(notification_table(replayed, at_noon(80)).contains("discarded"));
}

TEST_CASE("Notifications are counted by type and status") {
  const NotificationCounts counts{.since = from_rfc3339("2026-01-01T00:00:00Z").value(),
                                  .until = from_rfc3339("2026-01-01T12:00:00Z").value(),
                                  .complete = true,
                                  .counts = {{NotificationStatus::sent, "shipped", 40},
                                             {NotificationStatus::failed_dlq, "signup", 50},
                                             {NotificationStatus::queued, "shipped", 2}}};
  CHECK(notification_table(counts, at_noon(80)) == lines(R"(
created from 2026-01-01T00:00:00.000Z to 2026-01-01T12:00:00.000Z

EVENT TYPE  TOTAL  QUEUED  SENT  FAILED_RETRYING  FAILED_DLQ
signup      50     0       0     0                50
shipped     42     2       40    0                0
all         92     2       40    0                50
)"));
  NotificationCounts too_many = counts;
  too_many.complete = false;
  CHECK(notification_table(too_many, at_noon(80)).contains("there were too many to count all"));
}

TEST_CASE("The status of a notification is coloured") {
  Terminal terminal = at_noon(80);
  terminal.has_colours = true;
  CHECK(notification_table(retrying, terminal).contains("status           \x1b[33mFAILED_RETRYING\x1b[0m\n"));
  const std::string list = notification_table(listed, terminal);
  CHECK(list.contains("  \x1b[31mFAILED_DLQ\x1b[0m  "));
  CHECK(list.contains("  \x1b[32mSENT\x1b[0m  "));
  CHECK(list.contains("  QUEUED  "));
}

TEST_CASE("A list without notifications says so") {
  CHECK(notification_table(std::vector<ListedNotification>{}, at_noon(80)) == "no notification matches\n");
}
