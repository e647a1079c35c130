#include "cli/notification_tables.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "cli/table.hpp"

using namespace notifier;

TEST_CASE("Columns are as wide as their values") {
  CHECK(table({{"A"}, {"LONG HEADING"}, {"C"}}, {{"1", "2", "3"}, {"wide value", "", "x"}}, 80) ==
        "A           LONG HEADING  C\n"
        "1           2             3\n"
        "wide value                x\n");
}

TEST_CASE("The widest values are cut until a line fits, and ids never are") {
  const std::string id(30, 'i');
  const std::string error(200, 'e');
  const std::string text = table({{"ID", false}, {"TYPE"}, {"ERROR"}}, {{id, "short", error}}, 60);
  CHECK(text == "ID                              TYPE   ERROR\n" + id + "  short  " + std::string(20, 'e') + "…\n");
  CHECK(table({{"ID", false}, {"E"}}, {{id, error}}, 20).contains(id + "  eeeeeee…\n"));
}

TEST_CASE("Characters count, not bytes, and none is cut through") {
  CHECK(table({{""}, {""}}, {{"äöüäöüäöüäöü", "x"}, {"abc", "y"}}, 13) ==
        "äöüäöüäöü…  x\n"
        "abc         y\n");
}

TEST_CASE("Control characters do not reach the terminal") {
  CHECK(table({{""}},
              {{"a\x1b[31mb\nc\x7f\xC2\x9B"
                "2Jd\xC2\xA9"}},
              80) == R"(a\u001b[31mb c\u007f\u009b2Jd)"
                     "\xC2\xA9\n");
  CHECK(table({{""}, {""}}, {{"\u202e", "x"}, {"abcdef", "y"}}, 80) == R"(\u202e  x
abcdef  y
)");
}

TEST_CASE("A notification is shown with its attempts, its siblings and what happens next") {
  const NotificationRecord record{.event_id = "e1",
                                  .event_type = "shipped",
                                  .status = NotificationStatus::failed_retrying,
                                  .attempt_count = 2,
                                  .last_error = "mailbox full",
                                  .created_at = "2026-01-01T00:00:00.000Z",
                                  .updated_at = "2026-01-01T00:00:01.000Z",
                                  .next_attempt_at = "2026-01-01T00:00:06.000Z",
                                  .route = "news",
                                  .payload = "{}",
                                  .attempts = {{1, "2026-01-01T00:00:00.500Z", "busy"},
                                               {2,
                                                "2026-01-01T00:00:01.000Z",
                                                "a: mailbox full; b: busy",
                                                std::chrono::microseconds{12'345},
                                                {{"a", SendOutcome::transient, std::chrono::milliseconds{2}, "mailbox full"},
                                                 {"b", SendOutcome::deferred, std::chrono::milliseconds{0}, "busy"}}}},
                                  .siblings = {{"e1/audit", "audit", NotificationStatus::sent}}};
  CHECK(notification_table(record, 80) ==
        "event id         e1\n"
        "notification id  notif-e1\n"
        "event type       shipped\n"
        "route            news\n"
        "status           FAILED_RETRYING\n"
        "attempts         2\n"
        "created          2026-01-01T00:00:00.000Z\n"
        "updated          2026-01-01T00:00:01.000Z\n"
        "next attempt     2026-01-01T00:00:06.000Z\n"
        "last error       mailbox full\n"
        "payload          {}\n"
        "\n"
        "ATTEMPT  ENDED AT                  SENDER  OUTCOME    DURATION  REPLY OR ERROR\n"
        "1        2026-01-01T00:00:00.500Z          failed               busy\n"
        "2        2026-01-01T00:00:01.000Z  a       transient  2 ms      mailbox full\n"
        "2        2026-01-01T00:00:01.000Z  b       deferred   0 ms      busy\n"
        "\n"
        "ALSO ON ROUTE  STATUS  EVENT ID\n"
        "audit          SENT    e1/audit\n");
}

TEST_CASE("A list without notifications says so") {
  CHECK(notification_table(std::vector<ListedNotification>{}, 80) == "no notification fits\n");
}
