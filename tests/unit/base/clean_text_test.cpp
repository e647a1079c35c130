#include "base/clean_text.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace notifier;

TEST_CASE("Text is kept as it is when there is nothing to clean") {
  CHECK(clean_text("Grüße, 世界 🎉", 200) == "Grüße, 世界 🎉");
  CHECK(clean_text("", 200).empty());
}

TEST_CASE("White space becomes one space, and none at the ends") {
  CHECK(clean_text(" \t a\r\n\r\n b\xC2\xA0\xE2\x80\xA8"
                   "c \n",
                   200) == "a b c");
}

TEST_CASE("Controls and characters that change the direction of text are left out") {
  CHECK(clean_text(std::string_view{"a\0b\x1b[1m\x7f\xC2\x9B"
                                    "c",
                                    11},
                   200) == "ab[1mc");
  CHECK(clean_text("a\xE2\x80\xAE"
                   "b\xE2\x81\xA6"
                   "c\xE2\x80\x8F"
                   "d\xEF\xBB\xBF"
                   "e",
                   200) == "abcde");
}

TEST_CASE("What is no UTF-8 is left out") {
  CHECK(clean_text("a\xFF"
                   "b\xC3"
                   "c\xC0\xAF"
                   "d\xED\xA0\x80"
                   "e\xF4\x90\x80\x80"
                   "f\xE0\x80\x80"
                   "g\xE2\x82",
                   200) == "abcdefg");
}

TEST_CASE("Characters are counted, not bytes, and never cut") {
  CHECK(clean_text("äöüß", 3) == "äöü");
  CHECK(clean_text("ab cd", 3) == "ab");
  CHECK(clean_text("ab cd", 4) == "ab c");
  CHECK(clean_text("abc", 0).empty());
}
