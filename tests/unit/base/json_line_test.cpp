#include "base/json_line.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "domain/dead_letter_json.hpp"

using namespace notifier;

TEST_CASE("A dead letter whose payload has line breaks fits into one line, with its numbers as they are") {
  DeadLetterRecord dead{.of_notification = true, .body = "{\r\n  \"a\": 1.10,\n  \"b\": \"c\\n\"\n}"};
  CHECK(to_json(dead).contains("\"payload\":" + dead.body));
  CHECK(in_one_line(to_json(dead)).contains(R"("payload":{    "a": 1.10,   "b": "c\n" })"));
}
