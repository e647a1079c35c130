#include "base/text_file.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace notifier;
using namespace std::string_view_literals;

TEST_CASE("A byte order mark is not part of the text, and all else is") {
  for (const auto text : {""sv, "x"sv, "{}"sv, "größe\r\n"sv, "ab\0\0"sv, "\xFF"sv, "\0"sv, " \xEF\xBB\xBF"sv}) {
    CAPTURE(text);
    CHECK(text_of_file(text) == text);
    CHECK(text_of_file("\xEF\xBB\xBF" + std::string{text}) == text);
  }
  CHECK(text_of_file("\xEF\xBB") == "\xEF\xBB");
}

TEST_CASE("Text in an encoding of wide characters is named") {
  for (const auto text :
       {"\xFF\xFE{\0"sv, "\xFE\xFF\0{"sv, "{\0\"\0"sv, "\0{\0\""sv, "\xFF\xFE"sv, "a\0"sv, "\xFE\xFF\x4E\x2D"sv}) {
    CHECK(text_of_file(text).error() == "is UTF-16: save it as UTF-8");
  }
  for (const auto text : {"\xFF\xFE\0\0{\0\0\0"sv, "\0\0\xFE\xFF\0\0\0{"sv, "{\0\0\0"sv, "\0\0\0{"sv}) {
    CHECK(text_of_file(text).error() == "is UTF-32: save it as UTF-8");
  }
}
