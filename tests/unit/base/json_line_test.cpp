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

TEST_CASE("JSON that is to be wrapped has a space behind each comma and colon, and none of its values is changed") {
  CHECK(spaced_json(R"({"a":1.10,"b":[true,null],"c":{}})") == R"({"a": 1.10, "b": [true, null], "c": {}})");
  CHECK(spaced_json("{\r\n  \"a\" : 1 ,\t\"b\":2\n}") == R"({"a": 1, "b": 2})");
  CHECK(spaced_json(R"({"a:b,c":"x, y:\"z\\","d":" \\\""})") == R"({"a:b,c": "x, y:\"z\\", "d": " \\\""})");
  CHECK(spaced_json("null") == "null");
}
