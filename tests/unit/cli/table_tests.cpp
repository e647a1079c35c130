#include "cli/table.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "base/rfc3339.hpp"
#include "cli/cells.hpp"
#include "cli/relative_time.hpp"

using namespace notifier;

namespace {

Terminal of_width(std::size_t width) { return {.width = width, .now = from_rfc3339("2026-01-01T12:00:00Z").value()}; }

}  // namespace

TEST_CASE("Columns are as wide as their values") {
  CHECK(table({{"A"}, {"LONG HEADING"}, {"C"}}, {{"1", "2", "3"}, {"wide value", "", "x"}}, of_width(80)) ==
        "A           LONG HEADING  C\n"
        "1           2             3\n"
        "wide value                x\n");
}

TEST_CASE("The widest values are cut until a line fits, at their end or in their middle") {
  const std::string id = "0123456789abcdefghijklmnopqrst";
  const std::vector<Column> columns{{.heading = "ID", .excess = Excess::kept}, {.heading = "TYPE"}, {.heading = "TEXT"}};
  CHECK(table(columns, {{id, "short", std::string(200, 'e')}}, of_width(60)) ==
        "ID                              TYPE   TEXT\n" + id + "  short  " + std::string(20, 'e') + "…\n");
  CHECK(table({{.heading = "ID", .excess = Excess::cut_in_middle}, {.heading = "N", .excess = Excess::kept}}, {{id, "100"}},
              of_width(20)) ==
        "ID               N\n"
        "0123456…nopqrst  100\n");
}

TEST_CASE("Where not all columns find room, what matters least is left out") {
  const std::vector<Column> columns{{.heading = "FIRST", .excess = Excess::kept},
                                    {.heading = "SECOND", .excess = Excess::kept, .rank = 1},
                                    {.heading = "THIRD", .excess = Excess::kept, .rank = 2}};
  const std::vector<std::vector<std::string>> rows{{"aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"}};
  CHECK(table(columns, rows, of_width(34)) ==
        "FIRST       SECOND      THIRD\n"
        "aaaaaaaaaa  bbbbbbbbbb  cccccccccc\n");
  CHECK(table(columns, rows, of_width(33)) ==
        "FIRST       SECOND\n"
        "aaaaaaaaaa  bbbbbbbbbb\n");
  CHECK(table(columns, rows, of_width(5)) ==
        "FIRST\n"
        "aaaaaaaaaa\n");
}

TEST_CASE("Columns in which nothing stands are left out if they may be") {
  const std::vector<Column> columns{
      {.heading = "A"}, {.heading = "B", .rank = 1}, {.heading = "C"}, {.heading = "D", .rank = 1}};
  CHECK(table(columns, {{"1", "", "", ""}, {"2", "", "", "x"}}, of_width(80)) ==
        "A  C  D\n"
        "1\n"
        "2     x\n");
}

TEST_CASE("Long texts stand below their rows, whole") {
  const std::vector<Column> columns{{.heading = "ID", .excess = Excess::kept},
                                    {.heading = "ERROR", .excess = Excess::below}};
  CHECK(table(columns, {{"1", "short"}, {"2", ""}, {"3", "it fits"}}, of_width(80)) ==
        "ID  ERROR\n"
        "1   short\n"
        "2\n"
        "3   it fits\n");
  CHECK(table(columns, {{"1", "one word after the other until the line ends"}, {"2", ""}, {"3", "x"}}, of_width(30)) ==
        "ID\n"
        "1\n"
        "    one word after the other\n"
        "    until the line ends\n"
        "2\n"
        "3\n"
        "    x\n");
}

TEST_CASE("Colours are added where the terminal has them, and take no room") {
  const auto red = [](std::string_view) { return Colour::red; };
  const std::vector<Column> columns{{.heading = "STATUS", .colour = red}, {.heading = "N"}};
  Terminal terminal = of_width(80);
  CHECK(table(columns, {{"DEAD", "1"}}, terminal) == "STATUS  N\nDEAD    1\n");
  terminal.has_colours = true;
  CHECK(table(columns, {{"DEAD", "1"}}, terminal) == "STATUS  N\n\x1b[31mDEAD\x1b[0m    1\n");
}

TEST_CASE("Cells count, not bytes or characters, and no character is cut through") {
  CHECK(table({{"A"}, {"B"}}, {{"äöüäöüäöüäöü", "x"}, {"abc", "y"}}, of_width(13)) ==
        "A           B\n"
        "äöüäöüäöü…  x\n"
        "abc         y\n");
  CHECK(table({{"A"}, {"B"}}, {{"日本語", "x"}, {"e\u0301a", "y"}, {"abcdef", "z"}}, of_width(80)) ==
        "A       B\n"
        "日本語  x\n"
        "e\u0301a      y\n"
        "abcdef  z\n");
  CHECK(cut_at_end("日本語", 4) == "日…");
  CHECK(cut_in_middle("日本語日本語", 8) == "日本…語");
  CHECK(wrapped("日本語", 3) == std::vector<std::string>{"日", "本", "語"});
  CHECK(wrapped("日本語", 1) == std::vector<std::string>{"日", "本", "語"});
}

TEST_CASE("Text from right to left keeps its column") {
  CHECK(table({{"A"}, {"B"}}, {{"שלום", "مرحبا"}, {"abcdef", "y"}}, of_width(80)) ==
        "A       B\n"
        "שלום\u200e    مرحبا\u200e\n"
        "abcdef  y\n");
}

TEST_CASE("Control characters do not reach the terminal") {
  Terminal terminal = of_width(80);
  terminal.has_colours = true;
  CHECK(fact_list({{"a",
                    "a\x1b[31mb\nc\x7f\xC2\x9B"
                    "2Jd\xC2\xA9"}},
                  terminal) == R"(a  a\u001b[31mb c\u007f\u009b2Jd)"
                               "\xC2\xA9\n");
  CHECK(table({{"A"}, {"B"}}, {{"\u202e", "x"}, {"abcdef", "y"}}, terminal) ==
        "A       B\n"
        R"(\u202e  x
abcdef  y
)");
}

TEST_CASE("Long facts are wrapped beside their names") {
  CHECK(fact_list({{"id", "e1"}, {"last error", "one word after the other until the end"}}, of_width(36)) ==
        "id          e1\n"
        "last error  one word after the other\n"
        "            until the end\n");
}

TEST_CASE("Words that are longer than a line are broken") {
  CHECK(wrapped("abcdefgh ij", 4) == std::vector<std::string>{"abcd", "efgh", "ij"});
  CHECK(wrapped("", 4) == std::vector<std::string>{""});
}

TEST_CASE("Times are told by their distance") {
  const auto now = from_rfc3339("2026-01-01T12:00:00Z").value();
  CHECK(relative_time("2026-01-01T12:00:00.000Z", now) == "now");
  CHECK(relative_time("2026-01-01T11:59:01.000Z", now) == "59 s ago");
  CHECK(relative_time("2026-01-01T11:57:00.000Z", now) == "3 min ago");
  CHECK(relative_time("2025-12-31T12:00:00.000Z", now) == "24 h ago");
  CHECK(relative_time("2025-12-30T12:00:00.000Z", now) == "2 d ago");
  CHECK(relative_time("2025-01-01T12:00:00.000Z", now) == "2025-01-01");
  CHECK(relative_time("2026-01-01T12:00:05.000Z", now) == "in 5 s");
  CHECK(relative_time("unknown", now) == "unknown");
  CHECK(time_and_distance("2026-01-01T11:57:00.000Z", now) == "2026-01-01T11:57:00.000Z (3 min ago)");
  CHECK(time_and_distance("2025-01-01T12:00:00.000Z", now) == "2025-01-01T12:00:00.000Z");
}
