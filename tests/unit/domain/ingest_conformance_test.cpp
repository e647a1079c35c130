#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <string>
#include <string_view>

#include "domain/event_schema.hpp"

namespace {

/// Requests with the answer that each must get, one JSON object a line: `name`, `body`, `status` and, with 400, `error`.
constexpr const char* cases_file = NOTIFIER_DOMAIN_TEST_DATA "/ingest.jsonl";

std::string as_string(const boost::json::value& value) { return std::string{std::string_view{value.as_string()}}; }

}  // namespace

TEST_CASE("every request of the conformance file gets the answer that stands there") {
  std::ifstream file{cases_file};
  std::size_t cases = 0;
  for (std::string line; std::getline(file, line); ++cases) {
    const auto example = boost::json::parse(line).as_object();
    INFO(as_string(example.at("name")));

    const auto event = notifier::parse_ingested_event(as_string(example.at("body")));

    if (example.at("status").as_int64() == 202) {
      CHECK(event.has_value());
    } else {
      REQUIRE_FALSE(event.has_value());
      CHECK("Invalid Request: " + event.error().message == as_string(example.at("error")));
    }
  }
  CHECK(cases == 90);
}
