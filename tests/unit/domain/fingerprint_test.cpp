#include "domain/fingerprint.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "base/checked_json.hpp"

namespace {

using notifier::Fingerprint;

Fingerprint fingerprint(std::string_view payload, std::string_view type = "t", std::string_view timestamp = "2023") {
  const auto value = notifier::read_checked_json(payload, {});
  REQUIRE(value.has_value());
  return notifier::fingerprint_of(type, timestamp, value->get_object());
}

Fingerprint of_number(const std::string& number) { return fingerprint("{\"n\":" + number + "}"); }

std::string hex(const Fingerprint& fingerprint) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : fingerprint) {
    text += digits[std::to_integer<unsigned>(byte >> 4)];
    text += digits[std::to_integer<unsigned>(byte & std::byte{0x0F})];
  }
  return text;
}

}  // namespace

TEST_CASE("the fingerprint is the SHA-256 of the canonical form, which never changes") {
  // SHA-256 of: s11:user_signups20:2023-10-27T10:00:00Zo3:s1:ai1:s1:ba3:ntfs1:cd1.5:
  CHECK(hex(fingerprint(R"({"c":1.5,"b":[null,true,false],"a":1})", "user_signup", "2023-10-27T10:00:00Z")) ==
        "545dd21263553cbf9f946c001ccd69cac48cfbd4ab86ed36451644e85f5c3295");
}

TEST_CASE("spacing, order of keys and escapes do not change the fingerprint") {
  CHECK(fingerprint(R"({"a":1,"b":{"c":[1,2],"d":"é/"}})") ==
        fingerprint(" {\n\"b\" : {\"d\":\"\\u00E9\\/\" , \"c\":[ 1,2 ]},\t\"\\u0061\":1 } "));
}

TEST_CASE("the same number has the same fingerprint however it is written") {
  const auto [one, other] = GENERATE(table<std::string, std::string>({
      {"100", "100.0"},
      {"100", "1e2"},
      {"100", "1E+2"},
      {"-7", "-7.0"},
      {"0", "-0"},
      {"0", "-0.0"},
      {"0", "0e5"},
      {"0", "1e-400"},
      {"0.1", "1e-1"},
      {"0.1", "0.10000000000000000000001"},
      {"1.5", "15e-1"},
      {"9007199254740992", "9007199254740992.0"},
      {"9223372036854775808", "9.223372036854775808e18"},
      {"-9223372036854775808", "-9.223372036854775808e18"},
      {"18446744073709551616", "1.8446744073709552e19"},
      {"36893488147419103232", "3.6893488147419103e19"},
      {"1e22", "10000000000000000000000"},
      {"5e-324", "4.9406564584124654e-324"},
  }));
  INFO(one << " and " << other);
  CHECK(of_number(one) == of_number(other));
}

TEST_CASE("other values have other fingerprints") {
  const auto [one, other] = GENERATE(table<std::string, std::string>({
      {"1", "2"},
      {"1", "-1"},
      {"1", "\"1\""},
      {"1", "true"},
      {"1", "[1]"},
      {"0", "null"},
      {"0", "false"},
      {"null", "\"null\""},
      {"null", "[]"},
      {"[]", "{}"},
      {"[]", "\"\""},
      {"[1,2]", "[2,1]"},
      {"[1,2]", "[12]"},
      {"[[1],2]", "[[1,2]]"},
      {"[{},{}]", "[{}]"},
      {R"(["a","b"])", R"(["ab"])"},
      {R"(["a",""])", R"(["","a"])"},
      {R"({"a":"b"})", R"({"b":"a"})"},
      {R"({"a":{"b":1}})", R"({"a":{},"b":1})"},
      {R"("a")", R"("A")"},
      {R"("é")", R"("e\u0301")"},
      {R"("a")", R"("a\u0000")"},
      {R"("a")", R"("a ")"},
      {"9223372036854775807", "9223372036854775808"},
      {"9007199254740993", "9007199254740992"},
      {"18446744073709551615", "18446744073709551616"},
      {"0.1", "0.10000000000000002"},
      {"1e300", "1e301"},
  }));
  INFO(one << " and " << other);
  CHECK(of_number(one) != of_number(other));
}

TEST_CASE("type and timestamp are part of the fingerprint") {
  CHECK(fingerprint("{}", "t", "2023") != fingerprint("{}", "u", "2023"));
  CHECK(fingerprint("{}", "t", "2023") != fingerprint("{}", "t", "2024"));
  CHECK(fingerprint("{}", "t", "2023") != fingerprint("{}", "t2", "023"));
}
