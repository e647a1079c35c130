#include "http/api/query.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/rfc3339.hpp"

using namespace notifier;
using notifier::http::Query;

namespace {

/// What is wrong with a query of a route that knows `name`, `count` and `since`.
std::string fault_of(std::string_view sent) {
  Query query{sent};
  static_cast<void>(query.text("name", 8));
  static_cast<void>(query.number("count", 1, 10));
  static_cast<void>(query.time("since"));
  const auto fault = query.fault();
  return fault ? fault->detail : "";
}

}  // namespace

TEST_CASE("parameters come decoded, a plus as a plus, and what is not there is nothing") {
  Query query{"name=a%20b%2B+%26&count=10&since=2026-01-31T12:00:00+02:00"};
  CHECK(query.text("name", 8) == "a b++&");
  CHECK(query.number("count", 1, 10) == 10U);
  CHECK(query.time("since") == from_rfc3339("2026-01-31T10:00:00Z"));
  CHECK_FALSE(query.text("other", 8).has_value());
  CHECK_FALSE(query.fault().has_value());
  CHECK(fault_of("").empty());
}

TEST_CASE("a query ends where it was said to end, whatever follows in memory") {
  const std::string target = "/notifications?count=1&name=abc HTTP/1.1";
  Query query{std::string_view{target}.substr(15, 16)};
  CHECK(query.number("count", 1, 10) == 1U);
  CHECK(query.text("name", 8) == "abc");
  CHECK_FALSE(query.fault().has_value());
}

TEST_CASE("what is wrong with a query is told in a sentence, the first fault only") {
  CHECK(fault_of("color=red") == R"("color" is no parameter of this path)");
  CHECK(fault_of("color=red&count=0") == R"("count" must be a number from 1 to 10)");
  CHECK(fault_of("count=1&count=1") == R"("count" is given more than once)");
  CHECK(fault_of("name=%zz") == "the query is not percent-encoded as it should be");
  CHECK(fault_of("since=yesterday") == R"("since" must be a time like 2026-01-31T12:00:00Z or a date like 2026-01-31)");
  CHECK_FALSE(fault_of("&").empty());
  for (const char* wrong : {"count=", "count", "count=11", "count=-1", "count=1.0", "count=99999999999999999999",
                            "count=1%20", "name=", "name=123456789", "name=%ff", "since=2026-02-30", "count=1#", "%ff=1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(fault_of(wrong).empty());
  }
}

TEST_CASE("a name that nobody knows is repeated cut and without bytes that are no text") {
  CHECK(fault_of(std::string(1000, 'x') + "=1").size() < 120);
  CHECK(fault_of("%ff=1") == "\"\xEF\xBF\xBD\" is no parameter of this path");
}
