#include "base/checked_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "domain/event_schema.hpp"

namespace {

using notifier::read_checked_json;

std::string fault_of_json(std::string_view text) {
  const auto value = read_checked_json(text, {});
  REQUIRE_FALSE(value.has_value());
  return value.error();
}

bool is_accepted(std::string_view text) { return read_checked_json(text, {}).has_value(); }

boost::json::value element(const std::string& text) {
  const auto array = read_checked_json('[' + text + ']', {});
  REQUIRE(array.has_value());
  return array->get_array().at(0);
}

double number(const std::string& text) { return element(text).get_double(); }

/// An object of so many members, from the one with that number on.
std::string object_of(std::size_t members, std::size_t first = 0) {
  std::string text = "{";
  for (std::size_t i = first; i < first + members; ++i) text += (i == first ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
  return text + '}';
}

/// So many objects of as many members as one may have, and one more of `rest`.
std::string objects(std::size_t full, std::size_t rest) {
  std::string text = "[";
  for (std::size_t i = 0; i < full; ++i) text += object_of(notifier::max_object_members) + ',';
  return text + object_of(rest) + ']';
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("values of all kinds are read") {
  const std::string text = R"({"a":[null,true,false,-1,18446744073709551615,0.5,"s"],"b":{"c":{}},"":[]})";
  const auto value = read_checked_json(" \r\n\t" + text + "\n", {});
  REQUIRE(value.has_value());
  CHECK(*value == boost::json::parse(text));
}

TEST_CASE("strings are read with their escapes, in any length") {
  CHECK(element(R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000")").get_string() ==
        boost::json::string_view{"\"\\/\b\f\n\r\té😀\0", 15});
  const std::string half(5000, 'x');
  CHECK(element('"' + half + "\\n" + half + '"').get_string() == half + '\n' + half);
  const auto object = read_checked_json("{\"" + half + "\\n" + half + "\":1}", {});
  REQUIRE(object.has_value());
  CHECK(object->get_object().contains(half + '\n' + half));
}

TEST_CASE("what is not JSON is refused with the place where it goes wrong") {
  CHECK(fault_of_json(R"({"a":})") == "body is not valid JSON: syntax error at byte 5");
  CHECK(fault_of_json(R"({"a":1} x)").starts_with("body is not valid JSON: "));

  const std::string text = GENERATE(as<std::string>{},  //
                                    " ", "{", "}", "[1,2", "\"abc", "nul", "NaN", "Infinity", "-", "01", "+1", ".5", "1.",
                                    "1e", "0x10", "1_000",  //
                                    "{} {}", "{},", "[1,]", R"({"a":1,})", R"({"a" 1})", "{a:1}", "{'a':1}", "{1:1}",
                                    "// c\n1", "/* c */1", "\"\t\"", "\"\n\"", R"("\x41")", R"("\u12")", R"("\u12g4")");
  INFO(text);
  CHECK(fault_of_json(text).starts_with("body is not valid JSON: "));
}

TEST_CASE("text that is not UTF-8 is refused") {
  const std::string text = GENERATE(as<std::string>{},       //
                                    "\"\x80\"",              // continuation without a start
                                    "\"\xc3\"",              // start without a continuation
                                    "\"\xc0\xaf\"",          // overlong /
                                    "\"\xe0\x80\xaf\"",      // overlong /
                                    "\"\xed\xa0\x80\"",      // surrogate
                                    "\"\xf4\x90\x80\x80\"",  // beyond U+10FFFF
                                    "\"\xff\"", "{\"\xc0\xaf\":1}");
  INFO(text);
  CHECK(fault_of_json(text).starts_with("body is not valid JSON: "));
}

TEST_CASE("a lone surrogate, a byte order mark and a NUL between tokens are refused") {
  CHECK_FALSE(is_accepted(R"("\ud800")"));
  CHECK_FALSE(is_accepted(R"("\udc00")"));
  CHECK_FALSE(is_accepted(R"("\ud800\ud800")"));
  CHECK_FALSE(is_accepted("\xef\xbb\xbf{}"));
  CHECK_FALSE(is_accepted(std::string_view{"\0{}", 3}));
  CHECK_FALSE(is_accepted(std::string_view{"{}\0", 3}));
}

TEST_CASE("a key that stands twice in one object is refused at any level") {
  CHECK(fault_of_json(R"({"a":1,"a":1})") == R"(body has the key "a" twice in one object)");
  CHECK(fault_of_json(R"({"x":[{"y":{"b":1,"c":2,"\u0062":3}}]})") == R"(body has the key "b" twice in one object)");
  CHECK(fault_of_json(R"({"":1,"":2})") == R"(body has the key "" twice in one object)");
}

TEST_CASE("a key may stand in several objects") {
  CHECK(is_accepted(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}],"c":{"b":1,"c":1}})"));
  CHECK(is_accepted(R"({"a":1,"A":2})"));
}

TEST_CASE("a very long key is cut off in messages, between characters") {
  std::string key;
  while (key.size() < 500) key += "é";
  CHECK(fault_of_json("{\"x" + key + "\":1,\"x" + key + "\":1}") ==
        "body has the key \"x" + key.substr(0, 198) + "…\" twice in one object");
}

TEST_CASE("nesting is bounded") {
  CHECK(is_accepted(nested(notifier::max_json_depth)));
  CHECK(fault_of_json(nested(notifier::max_json_depth + 1)) == "body is nested deeper than 32 levels");
  CHECK(fault_of_json(std::string(200'000, '[')) == "body is nested deeper than 32 levels");
}

TEST_CASE("the members of an object are bounded") {
  const std::string largest = object_of(notifier::max_object_members);
  const std::string larger = object_of(notifier::max_object_members + 1);
  CHECK(is_accepted(largest));
  CHECK(is_accepted(R"({"a":)" + largest + R"(,"b":[)" + largest + "]}"));
  for (const std::string& text : {larger, R"({"a":)" + larger + '}', '[' + larger + ']'}) {
    CHECK(fault_of_json(text) == "body has an object with more than 1000 members");
  }
}

TEST_CASE("the members of all objects together are bounded, those of the outermost one apart") {
  constexpr std::size_t full = notifier::max_inner_members / notifier::max_object_members;
  CHECK(is_accepted(objects(full, 0)));
  CHECK(is_accepted(R"({"id":"1","a":)" + objects(full, 0) + R"(,"b":{}})"));
  for (const std::string& text :
       {objects(full, 1), R"({"a":)" + objects(full, 1) + '}', objects(full, 0).insert(1, R"({"x":1},)")}) {
    CHECK(fault_of_json(text) == "body has more than 10000 members in the objects within it");
  }
}

TEST_CASE("64-bit integers stay exact") {
  CHECK(element("-9223372036854775808").get_int64() == std::numeric_limits<std::int64_t>::min());
  CHECK(element("9223372036854775807").get_int64() == std::numeric_limits<std::int64_t>::max());
  CHECK(element("9223372036854775808").get_uint64() == 9223372036854775808U);
  CHECK(element("18446744073709551615").get_uint64() == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("other numbers become the nearest double") {
  CHECK(number("18446744073709551616") == 18446744073709551616.0);
  CHECK(number("-9223372036854775809") == -9223372036854775808.0);
  CHECK(number("0.1") == 0.1);
  CHECK(number("1e2") == 100.0);
  CHECK(number("1E+2") == 100.0);
  CHECK(number("2.2250738585072011e-308") == 2.2250738585072011e-308);
  CHECK(number("1.7976931348623157e308") == std::numeric_limits<double>::max());
  CHECK(number("9007199254740993.0") == 9007199254740992.0);
  CHECK(number("5e-324") == std::numeric_limits<double>::denorm_min());
  CHECK(number("7.2057594037927933e16") == 72057594037927933.0);
  CHECK(number("0.500000000000000166533453693773481063544750213623046875") == 0.5000000000000001665334536937735);
}

TEST_CASE("numbers too small for a double are zero") {
  CHECK(number("1e-400") == 0.0);
  CHECK(number("-1e-400") == 0.0);
  CHECK(number("0." + std::string(400, '0') + "1") == 0.0);
}

TEST_CASE("numbers too large for a double are refused") {
  const std::string text = GENERATE(as<std::string>{}, "1e400", "-1e400", "1e309", "1.7976931348623159e308");
  CHECK(fault_of_json(text) == "body has a number that is too large");
  CHECK(fault_of_json(std::string(400, '9')) == "body has a number that is too large");
  CHECK_FALSE(is_accepted("1e99999999999999"));
}
