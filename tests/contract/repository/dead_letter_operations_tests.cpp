#include <catch2/catch_template_test_macros.hpp>
#include <set>
#include <string>
#include <vector>

#include "contract/repository/dead_letter_fixture.hpp"
#include "operations/dead_letter_ids.hpp"
#include "operations/dead_letter_operations.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

const std::string readable_edit = R"({"payload":{"userId":"u","email":"mended@example.com","username":"abc"}})";

template <typename Value>
NotDone why_not(const std::expected<Value, OperationError>& done) {
  REQUIRE_FALSE(done.has_value());
  REQUIRE(std::holds_alternative<NotDone>(done.error()));
  return std::get<NotDone>(done.error());
}

std::vector<std::uint64_t> ids_of(const std::vector<DeadLetterSummary>& dead_letters) {
  std::vector<std::uint64_t> ids;
  for (const DeadLetterSummary& dead : dead_letters) ids.push_back(dead.id);
  return ids;
}

using Numbers = std::vector<std::uint64_t>;

Numbers numbers_in(const ChosenDeadLetters& chosen) { return std::get<Numbers>(chosen.choice); }

/// Of another event under the id of one.
Message mismatching(const std::string& event_id, const std::string& body) {
  Message message = dead_message(body, "payload_mismatch");
  message.event_id = event_id;
  return message;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("A preview of a replay counts those that are dead and shows some of them", "[operations]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  for (int i = 0; i < 7; ++i) letters.die("e" + std::to_string(i));
  const std::vector<std::uint64_t> ids = ids_of(letters.list());
  const auto filtered = must(preview_replay(*letters.letters, DeadLetterFilter{}));
  CHECK(filtered.count == 7);
  CHECK(ids_of(filtered.sample) == std::vector(ids.begin(), ids.begin() + 5));

  must(letters.letters->discard(std::vector{ids[6]}, "enough", "tester"));
  const auto chosen = must(preview_replay(*letters.letters, std::vector{ids[6], ids[1], 999'999UL, ids[3]}));
  CHECK(chosen.count == 2);
  CHECK(ids_of(chosen.sample) == std::vector{ids[1], ids[3]});
}

TEMPLATE_LIST_TEST_CASE("A preview fails when some cannot be shown", "[operations]", EveryRepository) {
  DeadLettered<TestType> letters;
  execute(letters.storage, "ALTER TABLE dead_letters RENAME COLUMN deaths TO gone");
  CHECK(must(letters.letters->count(DeadLetterFilter{})) == 0);
  CHECK_FALSE(preview_replay(*letters.letters, DeadLetterFilter{}).has_value());
  CHECK_FALSE(preview_replay(*letters.letters, std::vector{1UL}).has_value());
}

TEMPLATE_LIST_TEST_CASE("Nothing is done about what is not dead, and the edited text is not looked at", "[operations]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const std::uint64_t id = letters.only_id();
  CHECK(std::holds_alternative<InvalidEvent>(edit_one(*letters.letters, id, "no JSON", "tester").error()));
  CHECK(discard_one(*letters.letters, id, "enough", "tester").value() == 1);
  for (const char* text : {readable_edit.c_str(), "no JSON"}) {
    CHECK(why_not(edit_one(*letters.letters, id, text, "tester")) == NotDone::not_dead);
    CHECK(why_not(edit_one(*letters.letters, 999'999, text, "tester")) == NotDone::no_such_dead_letter);
  }
  CHECK(why_not(discard_one(*letters.letters, id, "enough", "tester")) == NotDone::not_dead);
  CHECK(why_not(replay_one(*letters.letters, id, "tester")) == NotDone::not_dead);
  CHECK(why_not(replay_one(*letters.letters, 999'999, "tester")) == NotDone::no_such_dead_letter);
}

TEMPLATE_LIST_TEST_CASE("One dead letter is replayed as it is or edited", "[operations]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const std::uint64_t id = letters.only_id();
  CHECK(letters.carry_out(replay_one(*letters.letters, id, "tester").value()).size() == 1);
  letters.die("e1");
  const auto published = letters.carry_out(edit_one(*letters.letters, id, readable_edit, "tester").value());
  REQUIRE(published.size() == 1);
  CHECK(published.front().message.body.contains("mended@example.com"));
}

TEMPLATE_LIST_TEST_CASE("A replay is ended once", "[operations]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const std::uint64_t id = letters.start_replay();
  CHECK(end_replay(*letters.letters, id).has_value());
  CHECK(why_not(end_replay(*letters.letters, id)) == NotDone::replay_has_ended);
  CHECK(why_not(end_replay(*letters.letters, 999'999)) == NotDone::no_such_replay);
  CHECK(why_not(find_replay(*letters.letters, 999'999)) == NotDone::no_such_replay);
}

TEMPLATE_LIST_TEST_CASE("Dead letters are exported from place to place, none twice and none left out", "[operations]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  constexpr std::size_t more_than_a_page = 43;
  for (std::size_t i = 0; i < more_than_a_page; ++i) letters.die("e" + std::to_string(i));
  for (const std::size_t at_once : {1UL, 19UL, 20UL, 21UL, 40UL, 100UL}) {
    CAPTURE(at_once);
    std::vector<std::string> limited;
    std::vector<std::string> stopped;
    std::optional<DeadLetterCursor> place;
    do {
      place = must(export_lines(*letters.letters, {}, place, at_once, [&](const std::string& line) {
        limited.push_back(line);
        return true;
      }));
    } while (place);
    do {
      std::size_t taken = 0;
      place = must(export_lines(*letters.letters, {}, place, 1000, [&](const std::string& line) {
        stopped.push_back(line);
        return ++taken < at_once;
      }));
    } while (place);
    CHECK(limited.size() == more_than_a_page);
    CHECK(std::set(limited.begin(), limited.end()).size() == more_than_a_page);
    CHECK(stopped == limited);
  }
}

TEMPLATE_LIST_TEST_CASE("A dead letter is named by its number, its event or its notification", "[operations]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const std::uint64_t id = letters.only_id();
  for (const std::string& written : {std::to_string(id), std::string{"e1"}, std::string{"notif-e1"}}) {
    CAPTURE(written);
    CHECK(find_number(*letters.letters, written) == id);
    CHECK(numbers_in(must(choose(*letters.letters, std::vector{written}))) == Numbers{id});
  }
  CHECK(numbers_in(must(choose(*letters.letters, std::vector<std::string>{"e1", std::to_string(id)}))) == Numbers{id});
  CHECK(why_not(find_number(*letters.letters, "e2")) == NotDone::no_such_dead_letter);
  CHECK(why_not(find_number(*letters.letters, "no id")) == NotDone::no_such_dead_letter);
  CHECK(why_not(find_number(*letters.letters, "")) == NotDone::no_such_dead_letter);
}

TEMPLATE_LIST_TEST_CASE("Digits are the number of a dead letter, and an event has its own id before a notification does",
                        "[operations]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("4711");
  const std::uint64_t of_digits = letters.only_id();
  letters.die("e1");
  letters.die("notif-e1");
  const std::uint64_t of_prefixed = letters.list().front().id;
  CHECK(find_number(*letters.letters, "4711") == 4711U);
  CHECK(find_number(*letters.letters, "notif-4711") == of_digits);
  CHECK(find_number(*letters.letters, "notif-e1") == of_prefixed);
  CHECK(find_number(*letters.letters, "notif-notif-e1") == of_prefixed);
  const auto chosen = must(choose(*letters.letters, std::vector<std::string>{"4711", "notif-4711"}));
  CHECK(numbers_in(chosen) == Numbers{of_digits});
  REQUIRE(chosen.left_out.size() == 1);
  CHECK(chosen.left_out.front().written == "4711");
}

TEMPLATE_LIST_TEST_CASE("Of the dead letters that name an event, one that is dead is meant, and its notification's before",
                        "[operations]", EveryRepository) {
  DeadLettered<TestType> letters;
  letters.die("e1");
  const std::uint64_t own = letters.only_id();
  letters.record_message(mismatching("e1", "one"));
  const std::uint64_t other = letters.only_id({.reason = "payload_mismatch"});
  CHECK(find_number(*letters.letters, "e1") == own);
  must(letters.letters->discard(Numbers{own}, "enough", "tester"));
  CHECK(find_number(*letters.letters, "e1") == other);
  letters.record_message(mismatching("e1", "two"));
  CHECK(why_not(find_number(*letters.letters, "e1")) == NotDone::several_dead_letters);
  const auto chosen = must(choose(*letters.letters, std::vector<std::string>{"e1"}));
  CHECK(chosen.is_empty());
  REQUIRE(chosen.left_out.size() == 1);
  CHECK(chosen.left_out.front().why == NotDone::several_dead_letters);
  must(letters.letters->discard(DeadLetterFilter{}, "enough", "tester"));
  CHECK(find_number(*letters.letters, "e1") == own);
}

TEMPLATE_LIST_TEST_CASE("Those that are named and not dead are left out, each with the reason", "[operations]",
                        EveryRepository) {
  DeadLettered<TestType> letters;
  for (const char* const event : {"dead", "discarded", "sent"}) letters.die(event);
  const auto number_of = [&](const std::string& event) { return find_number(*letters.letters, event).value(); };
  must(letters.letters->discard(Numbers{number_of("discarded")}, "enough", "tester"));
  letters.carry_out(letters.start_replay(Numbers{number_of("sent")}));
  const std::vector<std::string> written{"999999", "notif-discarded", "dead", "unknown", std::to_string(number_of("sent"))};
  const auto chosen = must(choose(*letters.letters, written));
  CHECK(numbers_in(chosen) == Numbers{number_of("dead")});
  CHECK_FALSE(chosen.is_empty());
  CHECK(with_left_out(R"({"total":1})", "notReplayed", chosen.left_out) ==
        R"({"total":1,"notReplayed":[{"id":999999,"error":"there is no such dead letter"},)"
        R"({"id":"notif-discarded","error":"it is not dead: it was replayed or discarded"},)"
        R"({"id":"unknown","error":"there is no such dead letter"},)"
        R"({"id":)" +
            written.back() + R"(,"error":"it is not dead: it was replayed or discarded"}]})");
  CHECK(must(choose(*letters.letters, DeadLetterFilter{.reason = "expired"})).left_out.empty());
  execute(letters.storage, "ALTER TABLE dead_letters RENAME COLUMN event_id TO gone");
  CHECK_FALSE(choose(*letters.letters, written).has_value());
  CHECK_FALSE(find_number(*letters.letters, "dead").has_value());
}
