#include "base/terminal_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace notifier;

TEST_CASE("What can be seen is shown as it is") {
  for (const std::string text :
       {"", "a b\n\tc\\u001b", "größe 名前 😀", "e\u0301", "\u00a0\u00a9\u2010\u2027\u202f\ufdff\uffef\ufffd"}) {
    CHECK(terminal_text(text) == text);
  }
}

TEST_CASE("What commands a terminal, turns text round or takes no room is escaped") {
  CHECK(terminal_text("a\x1b[2Jb\r\x7f" + std::string(1, '\0')) == R"(a\u001b[2Jb\u000d\u007f\u0000)");
  CHECK(terminal_text("\u0080\u009b2J\u0085") == R"(\u0080\u009b2J\u0085)");
  CHECK(terminal_text("\u061c\u200e\u200f\u202a\u202e\u2066\u2069") == R"(\u061c\u200e\u200f\u202a\u202e\u2066\u2069)");
  CHECK(terminal_text("\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e") == R"(\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e)");
  CHECK(terminal_text("\u2028\u2029\ufe0f\ufff9") == R"(\u2028\u2029\ufe0f\ufff9)");
  CHECK(terminal_text("\U000E0041") == R"(\udb40\udc41)");
}

TEST_CASE("A byte that is not UTF-8 commands no terminal either") {
  CHECK(terminal_text("\x9b"
                      "2J\xC2") == "\ufffd2J\ufffd");
}

TEST_CASE("JSON means the same when it is made fit for a terminal") {
  const boost::json::value value{"a\u202e\u200b\u009b\U000E0041\n\"\\"};
  CHECK(boost::json::parse(terminal_text(boost::json::serialize(value))) == value);
}
