#include "http/client/line_splitter.hpp"

#include <catch2/catch_test_macros.hpp>
#include <utility>
#include <vector>

#include "domain/event_schema.hpp"

using namespace notifier;
using client::LineSplitter;

namespace {

using Numbered = std::vector<std::pair<std::uint64_t, std::string>>;

/// The lines of `bytes`, appended `piece` bytes at a time; `!` stands for one that is too long.
Numbered lines_of(std::string_view bytes, std::size_t piece) {
  LineSplitter splitter;
  Numbered lines;
  const auto take_all = [&] {
    while (auto line = splitter.next()) lines.emplace_back(line->number, line->too_long ? "!" : line->text);
  };
  for (std::size_t begin = 0; begin < bytes.size(); begin += piece) {
    splitter.append(bytes.substr(begin, piece));
    take_all();
  }
  splitter.finish();
  take_all();
  return lines;
}

}  // namespace

TEST_CASE("Lines end with LF, CR LF or the input, and blank ones count but are left out") {
  const std::string text = "one\ntwo\r\n\n\r\n \t\nsix\rsix\nlast";
  const Numbered expected{{1, "one"}, {2, "two"}, {6, "six\rsix"}, {7, "last"}};
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
    CAPTURE(piece);
    CHECK(lines_of(text, piece) == expected);
    CHECK(lines_of(text + "\n", piece) == expected);
  }
  CHECK(lines_of("", 1).empty());
  CHECK(lines_of("\n\r\n", 1).empty());
}

TEST_CASE("A line may be as long as an event, and a longer one is a fault of that line alone") {
  const std::string longest(max_event_bytes, 'x');
  const std::string thrice(3 * max_event_bytes, 'x');
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{64} * 1024, 4 * max_event_bytes}) {
    CAPTURE(piece);
    CHECK(lines_of(longest + "\r\nnext\n", piece) == Numbered{{1, longest}, {2, "next"}});
    CHECK(lines_of(longest + "x\r\nnext\n", piece) == Numbered{{1, "!"}, {2, "next"}});
    CHECK(lines_of(thrice + "\nnext", piece) == Numbered{{1, "!"}, {2, "next"}});
    CHECK(lines_of("first\n" + thrice, piece) == Numbered{{1, "first"}, {2, "!"}});
  }
}

TEST_CASE("A byte order mark is not part of a line, wherever files were put together") {
  const std::string mark = "\xEF\xBB\xBF";
  const std::string longest(max_event_bytes, 'x');
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{1000}, 2 * max_event_bytes}) {
    CAPTURE(piece);
    CHECK(lines_of(mark + "one\r\n" + mark + "two\n" + mark + "\n" + mark, piece) == Numbered{{1, "one"}, {2, "two"}});
  }
  CHECK(lines_of(mark + longest + "\r\nnext\n", 1000) == Numbered{{1, longest}, {2, "next"}});
}

TEST_CASE("A line tells where it ends in the input") {
  const std::string mark = "\xEF\xBB\xBF";
  const std::string text = mark + "one\r\n\n" + std::string(2 * max_event_bytes, 'x') + "\nlast";
  for (const std::size_t piece : {std::size_t{1000}, 4 * max_event_bytes}) {
    CAPTURE(piece);
    LineSplitter splitter;
    std::vector<std::uint64_t> ends;
    const auto take_all = [&] {
      while (auto line = splitter.next()) ends.push_back(line->end);
    };
    for (std::size_t begin = 0; begin < text.size(); begin += piece) {
      splitter.append(std::string_view{text}.substr(begin, piece));
      take_all();
    }
    splitter.finish();
    take_all();
    CHECK(ends == std::vector<std::uint64_t>{8, 9 + 2 * max_event_bytes + 1, text.size()});
  }
}
