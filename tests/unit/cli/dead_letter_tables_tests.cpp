#include "cli/dead_letter_tables.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>

#include "base/rfc3339.hpp"

using namespace notifier;

namespace {

Terminal seen_at_noon(std::size_t width) { return {.width = width, .now = from_rfc3339("2026-01-01T12:00:00Z").value()}; }

/// Without the line end that the text begins with, so that all of its lines stand below each other here.
std::string lines_of_text(const std::string& text) { return text.substr(1); }

const std::string greylisted =
    "the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see "
    "https://mail.example.com/why?id=0123456789 for the reason";

const DeadLetterSummary listed_letter{.id = 42,
                                      .event_id = "019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b",
                                      .event_type = "shipped",
                                      .recipient = "ada@example.com",
                                      .route = "orders",
                                      .reason = "retries_exhausted",
                                      .error = greylisted,
                                      .attempt_count = 2,
                                      .deaths = 1,
                                      .died_at = "2026-01-01T11:57:00.000Z"};

const DeadLetterRecord shown_letter{
    .summary = listed_letter,
    .of_notification = true,
    .first_failed_at = "2026-01-01T11:50:00Z",
    .body = R"({"userId":"u1"})",
    .attempts = {{1, "2026-01-01T11:50:00.500Z", "busy"},
                 {2, "2026-01-01T11:57:00.000Z", greylisted, std::chrono::microseconds{12'345}}},
    .attempts_before_replay = 1};

const ReplayReport ended_replay{
    .replay =
        {.id = 7, .state = ReplayState::done, .total = 104, .replayed = 103, .skipped = 1, .sent = 102, .dead_again = 1},
    .items = {{.dead_letter_id = 42,
               .event_id = "019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b",
               .result = "REPLAYED",
               .status = "FAILED_DLQ",
               .outcome = ReplayOutcome::dead_again,
               .error = greylisted},
              {.dead_letter_id = 43, .event_id = "order-1", .result = "SKIPPED", .outcome = ReplayOutcome::skipped},
              {.dead_letter_id = 44,
               .event_id = "a\x1b[2J\u202e",
               .result = "REPLAYED",
               .status = "SENT",
               .outcome = ReplayOutcome::sent}}};

}  // namespace

TEST_CASE("A dead letter is shown with all that is known of it") {
  CHECK(dead_letter_table(shown_letter, seen_at_noon(80)) == lines_of_text(R"(
dead letter   42
state         DEAD
reason        retries_exhausted
error         the mail server answered 451 4.7.1 Greylisting in action, please
              come back later, and see
              https://mail.example.com/why?id=0123456789 for the reason
event id      019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
event type    shipped
recipient     ada@example.com
route         orders
attempts      2, of which 1 since the last replay
deaths        1
first failed  2026-01-01T11:50:00Z (10 min ago)
died          2026-01-01T11:57:00.000Z (3 min ago)
payload       {"userId": "u1"}

ATTEMPT  SINCE REPLAY  ENDED      SENDER  OUTCOME  DURATION
1                      9 min ago          failed
    busy
2        1             3 min ago          failed   12 ms
    the mail server answered 451 4.7.1 Greylisting in action, please come back
    later, and see https://mail.example.com/why?id=0123456789 for the reason
)"));
  CHECK(dead_letter_table(shown_letter, seen_at_noon(120)) == lines_of_text(R"(
dead letter   42
state         DEAD
reason        retries_exhausted
error         the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see
              https://mail.example.com/why?id=0123456789 for the reason
event id      019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
event type    shipped
recipient     ada@example.com
route         orders
attempts      2, of which 1 since the last replay
deaths        1
first failed  2026-01-01T11:50:00Z (10 min ago)
died          2026-01-01T11:57:00.000Z (3 min ago)
payload       {"userId": "u1"}

ATTEMPT  SINCE REPLAY  ENDED      SENDER  OUTCOME  DURATION
1                      9 min ago          failed
    busy
2        1             3 min ago          failed   12 ms
    the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see
    https://mail.example.com/why?id=0123456789 for the reason
)"));
  CHECK(dead_letter_table(shown_letter, seen_at_noon(200)) == lines_of_text(R"(
dead letter   42
state         DEAD
reason        retries_exhausted
error         the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see https://mail.example.com/why?id=0123456789 for the reason
event id      019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
event type    shipped
recipient     ada@example.com
route         orders
attempts      2, of which 1 since the last replay
deaths        1
first failed  2026-01-01T11:50:00Z (10 min ago)
died          2026-01-01T11:57:00.000Z (3 min ago)
payload       {"userId": "u1"}

ATTEMPT  SINCE REPLAY  ENDED      SENDER  OUTCOME  DURATION
1                      9 min ago          failed
    busy
2        1             3 min ago          failed   12 ms
    the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see https://mail.example.com/why?id=0123456789 for the reason
)"));
}

TEST_CASE("A dead letter that is no notification is shown with its body, and with its end") {
  DeadLetterRecord message{.summary = listed_letter, .body = "no\x01JSON\n\xff", .body_bytes = 9, .original = "{broken"};
  message.summary.state = DeadLetterState::discarded;
  message.closed_at = "2026-01-01T11:59:00.000Z";
  message.closed_by = "operator";
  message.discard_reason = "spam";
  const std::string text = dead_letter_table(message, seen_at_noon(80));
  CHECK(text.contains(lines_of_text(R"(
state          DISCARDED
)")));
  CHECK(text.contains(lines_of_text(R"(
discarded      2026-01-01T11:59:00.000Z (1 min ago)
discarded by   operator
discarded for  spam
body bytes     9
)")));
  CHECK(text.contains("body           no\\u0001JSON"));
  CHECK(text.contains("original body  {broken\n"));
  CHECK_FALSE(text.contains("ATTEMPT"));
  message.summary.state = DeadLetterState::dead;
  CHECK(dead_letter_table(message, seen_at_noon(80)).contains(lines_of_text(R"(
last replay     2026-01-01T11:59:00.000Z (1 min ago)
last replay by  operator
)")));
}

TEST_CASE("What became of a replay is listed with what finds room") {
  CHECK(replay_table(ended_replay, seen_at_noon(80)) == lines_of_text(R"(
replay 7, 104 dead letters: 102 sent, 1 dead again, 1 skipped

ID  OUTCOME     EVENT ID
42  dead again  019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
    the mail server answered 451 4.7.1 Greylisting in action, please come back
    later, and see https://mail.example.com/why?id=0123456789 for the reason
43  skipped     order-1
    it was not dead any more, or its body is not kept whole
44  sent        a\u001b[2J\u202e
and 101 more
)"));
  CHECK(replay_table(ended_replay, seen_at_noon(120)) == lines_of_text(R"(
replay 7, 104 dead letters: 102 sent, 1 dead again, 1 skipped

ID  OUTCOME     EVENT ID
42  dead again  019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
    the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see
    https://mail.example.com/why?id=0123456789 for the reason
43  skipped     order-1
    it was not dead any more, or its body is not kept whole
44  sent        a\u001b[2J\u202e
and 101 more
)"));
  CHECK(replay_table(ended_replay, seen_at_noon(200)) == lines_of_text(R"(
replay 7, 104 dead letters: 102 sent, 1 dead again, 1 skipped

ID  OUTCOME     EVENT ID
42  dead again  019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
    the mail server answered 451 4.7.1 Greylisting in action, please come back later, and see https://mail.example.com/why?id=0123456789 for the reason
43  skipped     order-1
    it was not dead any more, or its body is not kept whole
44  sent        a\u001b[2J\u202e
and 101 more
)"));
}

TEST_CASE("An outcome of a replay is coloured") {
  Terminal terminal = seen_at_noon(80);
  terminal.has_colours = true;
  const std::string text = replay_table(ended_replay, terminal);
  CHECK(text.contains("\x1b[31mdead again\x1b[0m"));
  CHECK(text.contains("\x1b[33mskipped\x1b[0m"));
  CHECK(text.contains("\x1b[32msent\x1b[0m"));
}

TEST_CASE("A dry run of a replay says how many there are, and shows some") {
  CHECK(replay_table(ReplayPreview{}, seen_at_noon(80)) == "0 dead letters would be replayed\n");
  CHECK(replay_table({.count = 1, .sample = {listed_letter}}, seen_at_noon(80))
            .starts_with("1 dead letter would be replayed:\n\nID  STATE  DIED"));
  CHECK(replay_table({.count = 6, .sample = {listed_letter}}, seen_at_noon(80))
            .starts_with("6 dead letters would be replayed, for example:\n\nID  STATE  DIED"));
}

TEST_CASE("How far a replay is fits into a line") {
  ReplayRecord replay{.id = 7, .total = 4, .pending = 1, .replayed = 3, .sent = 1, .dead_again = 1, .under_way = 1};
  CHECK(outcome_text(replay) == "replay 7, 4 dead letters: 1 sent, 1 dead again, 2 still under way");
  CHECK(progress_text(replay) == "replay 7 [#######   ] 3 of 4 replayed; 1 sent, 1 dead again, 1 under way");
  CHECK(outcome_text({.id = 8}) == "replay 8: no dead letter matches");
  replay.total = replay.replayed = 1'000'000;
  replay.skipped = replay.cancelled = replay.under_way = 1000;
  CHECK(progress_text(replay).starts_with("replay 7 1000000 of 1000000 replayed, 1000 skipped"));
  CHECK(progress_text(replay).size() == 79);
}
