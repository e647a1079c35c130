#include "base/text_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <string>

#include "support/test_servers.hpp"

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

TEST_CASE("A file is read up to a length, and why it cannot be is said in the system's words") {
  const testing::TemporaryFolder folder;
  const std::string file = folder.path() + "/event.json";
  constexpr std::size_t most = 2048;
  CHECK(read_text_file(file, most).error() ==
        "cannot read '" + file + "': No such file or directory. Check the path and its rights.");
  CHECK(read_text_file(folder.path(), most).error() ==
        "cannot read '" + folder.path() + "': Is a directory. Check the path and its rights.");
  std::ofstream{file} << "\xEF\xBB\xBF{}";
  CHECK(read_text_file(file, most) == "{}");
  std::ofstream{file} << std::string(most, 'x');
  CHECK(read_text_file(file, most) == std::string(most, 'x'));
  std::ofstream{file} << std::string(most + 1, 'x');
  CHECK(read_text_file(file, most).error() == "'" + file + "' is too large: it may have at most 2 KiB.");
  std::ofstream{file} << "a" << '\0';
  CHECK(read_text_file(file, most).error() == "'" + file + "' is UTF-16: save it as UTF-8.");
}
