#include "cli/time_option.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <ctime>

#include "base/rfc3339.hpp"

using namespace notifier;

namespace {

std::string shown(const std::string& text) {
  const auto time = parse_time(text, from_rfc3339("2026-01-31T12:00:00Z").value());
  return time ? to_rfc3339(*time) : "";
}

/// While it lives, clocks here show the time of that zone.
class Zone {
 public:
  explicit Zone(const char* name) { set(name); }
  ~Zone() { set("UTC"); }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;

 private:
  static void set(const char* name) {
    ::setenv("TZ", name, 1);
    ::tzset();
  }
};

}  // namespace

TEST_CASE("A time is how long ago, or one with its zone") {
  CHECK(shown("1h") == "2026-01-31T11:00:00.000Z");
  CHECK(shown("2d") == "2026-01-29T12:00:00.000Z");
  CHECK(shown("90m") == "2026-01-31T10:30:00.000Z");
  CHECK(shown("1h30m") == "2026-01-31T10:30:00.000Z");
  CHECK(shown("1w") == "2026-01-24T12:00:00.000Z");
  CHECK(shown("1w1d2h3m4s5ms") == "2026-01-23T09:56:55.995Z");
  CHECK(shown("2026-01-31T12:00:00.5Z") == "2026-01-31T12:00:00.500Z");
  CHECK(shown("2026-01-31T12:00Z") == "2026-01-31T12:00:00.000Z");
  CHECK(shown("2026-01-31T12:00+01:00") == "2026-01-31T11:00:00.000Z");
  CHECK(shown("2026-01-31 12:00:00-0130") == "2026-01-31T13:30:00.000Z");
  CHECK(shown("2026-01-31T12:00+01") == "2026-01-31T11:00:00.000Z");
}

TEST_CASE("A time without a zone is that of clocks here, in winter and in summer") {
  const Zone zone{"CET-1CEST,M3.5.0,M10.5.0/3"};
  CHECK(shown("2026-01-31 12:00") == "2026-01-31T11:00:00.000Z");
  CHECK(shown("2026-07-31T12:00:30.25") == "2026-07-31T10:00:30.250Z");
  CHECK(shown("2026-01-31") == "2026-01-30T23:00:00.000Z");
  CHECK(shown("2026-01-31T12:00Z") == "2026-01-31T12:00:00.000Z");
}

TEST_CASE("What is no time is refused") {
  for (const char* const text :
       {"",     "yesterday", "1",    "-1h",  "+1h",   " 1h",  "1h ",     "1 h",        "1H",    "30m1h",           "1h1h",
        "1h30", "h",         "0x1h", "1.5h", "5217w", "2026", "2026-01", "2026-02-30", "12:00", "2026-01-31 25:00"}) {
    CAPTURE(text);
    CHECK(shown(text).empty());
  }
}

TEST_CASE("A window in which there is no time is refused, in whatever order it is given") {
  const auto parse = [](const std::string& arguments) {
    std::optional<std::chrono::system_clock::time_point> since;
    std::optional<std::chrono::system_clock::time_point> until;
    CLI::App parser;
    add_window(parser, "Created", since, until);
    parser.parse(arguments);
    return since < until;
  };
  CHECK(parse("--until 1h --since 2h"));
  CHECK_THROWS_AS(parse("--since 1h --until 2h"), CLI::ValidationError);
  CHECK_THROWS_AS(parse("--until 2h --since 1h"), CLI::ValidationError);
  CHECK_THROWS_AS(parse("--since soon"), CLI::ValidationError);
}
