#include <catch2/catch_test_macros.hpp>
#include <string>

#include "domain/event_batch.hpp"

using namespace notifier;
using Texts = std::vector<std::string_view>;

namespace {

std::string fault_in_batch(std::string_view body, BatchFormat format = BatchFormat::json_array) {
  const auto texts = split_event_batch(body, format);
  return texts ? std::string{} : texts.error().message;
}

std::string repeated(std::string_view text, std::string_view separator, std::size_t count) {
  std::string all;
  for (std::size_t number = 0; number < count; ++number)
    all += std::string{number == 0 ? "" : separator} + std::string{text};
  return all;
}

}  // namespace

TEST_CASE("an array is split into its values as they stand there") {
  CHECK(split_event_batch("[{}]", BatchFormat::json_array) == Texts{"{}"});
  CHECK(split_event_batch(" [ {\"a\": [1, 2]} ,\r\n\t{\"b\":\"]},\\\"\"}, 3 ] ", BatchFormat::json_array) ==
        Texts{R"({"a": [1, 2]})", R"({"b":"]},\""})", "3"});
}

TEST_CASE("what is no array of values is refused as a whole, with the place") {
  for (const std::string_view body :
       {"", "{}", "[", "[{}", "[{},", "[,{}]", "[{},]", "[{} {}]", "[{}]]", "[{}] x", "[\"a", "[1 x]"}) {
    INFO(body);
    CHECK(fault_in_batch(body).starts_with("the batch is not a JSON array of events: see byte "));
  }
  CHECK(fault_in_batch("[{} {}]").ends_with("byte 4"));
}

TEST_CASE("lines are split whatever is on them, and empty ones do not count") {
  CHECK(split_event_batch("{}\n\n  \r\n{ \"a\":1}\r\nnot json", BatchFormat::ndjson) ==
        Texts{"{}", "{ \"a\":1}\r", "not json"});
}

TEST_CASE("events that came in one line are refused as a whole, with what keeps their line ends") {
  for (const std::string_view body : {"{}{}", "{\"a\":\"}\"} {", "\n{} {}\n", "[{}] [{}]"}) {
    INFO(body);
    const std::string fault = fault_in_batch(body, BatchFormat::ndjson);
    CHECK(fault.starts_with("the batch has several events in one line: "));
    CHECK(fault.contains("--data-binary"));
  }
  for (const std::string_view body : {"{}", "{} ", "{", "}", "not json", "{}{}\n{}"}) {
    INFO(body);
    CHECK(fault_in_batch(body, BatchFormat::ndjson).empty());
  }
}

TEST_CASE("a batch has an event at least and a thousand at most") {
  CHECK(fault_in_batch("[]") == "the batch has no events");
  CHECK(fault_in_batch("[ ]") == "the batch has no events");
  CHECK(fault_in_batch("\n \n", BatchFormat::ndjson) == "the batch has no events");
  CHECK(fault_in_batch('[' + repeated("{}", ",", 1000) + ']').empty());
  CHECK(fault_in_batch('[' + repeated("{}", ",", 1001) + ']') == "the batch has more than 1000 events");
  CHECK(fault_in_batch(repeated("{}", "\n", 1000) + "\n", BatchFormat::ndjson).empty());
  CHECK(fault_in_batch(repeated("{}", "\n", 1001), BatchFormat::ndjson) == "the batch has more than 1000 events");
}
