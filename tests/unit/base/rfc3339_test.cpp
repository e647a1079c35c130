#include "base/rfc3339.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace notifier;

namespace {

/// The time in UTC that a text names; empty if it names none.
std::string read(std::string_view text) {
  const auto time = from_rfc3339(text);
  return time ? to_rfc3339(*time) : "";
}

}  // namespace

TEST_CASE("a time is read with its fraction and its zone") {
  CHECK(read("2026-01-31T12:00:00Z") == "2026-01-31T12:00:00.000Z");
  CHECK(read("2026-01-31T12:00:00.5Z") == "2026-01-31T12:00:00.500Z");
  CHECK(read("2026-01-31T12:00:00.123456789123Z") == "2026-01-31T12:00:00.123Z");
  CHECK(read("2026-01-31T12:00:00+02:30") == "2026-01-31T09:30:00.000Z");
  CHECK(read("2026-01-31T23:00:00.25-02:00") == "2026-02-01T01:00:00.250Z");
  CHECK(read("2026-01-31 12:00:00,25z") == "2026-01-31T12:00:00.250Z");
  CHECK(read("2026-01-31t12:00:00Z") == "2026-01-31T12:00:00.000Z");
  CHECK(read("2016-12-31T23:59:60.5Z") == "2017-01-01T00:00:00.500Z");
}

TEST_CASE("a date is its first moment in UTC") {
  CHECK(read("2024-02-29") == "2024-02-29T00:00:00.000Z");
  CHECK(read("1970-01-01") == "1970-01-01T00:00:00.000Z");
  CHECK(read("2199-12-31") == "2199-12-31T00:00:00.000Z");
}

TEST_CASE("what is no time, or not of these centuries, is not read") {
  for (const char* wrong :
       {"", "2026", "2026-01", "2026-02-29", "2026-01-31T12:00", "2026-01-31T12:00Z", "2026-01-31T12:00+02:00:00",
        "2026-01-31T12:00:00", "2026-01-31T12:00:00.5", "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00+0200",
        "2026-01-31T12:00:00+02", "2026-01-31T24:00:00Z", "2026-01-31T12:00:00Z ", "2026-01-31 12:00:00", "1969-12-31",
        "2200-01-01", "9999-12-31T00:00:00Z", "yesterday"}) {
    CAPTURE(wrong);
    CHECK(read(wrong).empty());
  }
}
