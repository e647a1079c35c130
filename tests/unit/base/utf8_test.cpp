#include "base/utf8.hpp"

#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

using namespace notifier;

namespace {

using Taken = std::vector<std::optional<char32_t>>;

Taken code_points(std::string_view text) {
  Taken taken;
  while (!text.empty()) taken.push_back(take_code_point(text));
  return taken;
}

constexpr std::optional<char32_t> none;

}  // namespace

TEST_CASE("Code points of each length are read") {
  CHECK(code_points("a\u00FC\u20AC\U0001F600") == Taken{U'a', U'\u00FC', U'\u20AC', U'\U0001F600'});
  CHECK(code_points("\u0080\u0800\U00010000\U0010FFFF") == Taken{0x80, 0x800, 0x10000, 0x10FFFF});
}

TEST_CASE("Of what is no UTF-8 each byte is taken off by itself, and what follows is read") {
  CHECK(code_points("\xFFz") == Taken{none, U'z'});
  CHECK(code_points("\x80z") == Taken{none, U'z'});
  CHECK(code_points("\xE2\x82z") == Taken{none, none, U'z'});               // cut short
  CHECK(code_points("\xC3\xC3\xBC") == Taken{none, U'\u00FC'});             // cut short by the next one
  CHECK(code_points("\xC0\xAF") == Taken{none, none});                      // overlong
  CHECK(code_points("\xED\xA0\x80") == Taken{none, none, none});            // a surrogate
  CHECK(code_points("\xF4\x90\x80\x80") == Taken{none, none, none, none});  // beyond Unicode
  CHECK(code_points("\xE2\x82") == Taken{none, none});                      // the text ends
}

TEST_CASE("A text that is cut ends with a whole code point") {
  CHECK(valid_utf8("a\u20AC", 4) == "a\u20AC");
  CHECK(valid_utf8("a\u20AC", 3) == "a");
  CHECK(valid_utf8("a\xFF", 4) == "a\uFFFD");
  CHECK(valid_utf8("a\xFF", 3) == "a");
  CHECK(valid_utf8("", 3).empty());
}

TEST_CASE("What JavaScript counts as two is two") {
  CHECK(utf16_length("a\u20AC") == 2);
  CHECK(utf16_length("\U0001F600") == 2);
}
