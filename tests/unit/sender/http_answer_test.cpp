#include "sender/http_answer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace notifier;
using namespace std::chrono_literals;

namespace {

/// Sun, 06 Nov 1994 08:49:30 GMT.
constexpr std::chrono::system_clock::time_point answered_at{std::chrono::seconds{784111770}};

}  // namespace

TEST_CASE("An answer of 2xx is sent") {
  const long status = GENERATE(200, 201, 202, 204, 226, 299);
  CHECK(std::holds_alternative<Sent>(meaning_of({.status = status, .retry_after = "5", .body = "no"}, answered_at)));
}

TEST_CASE("Answers that another time might change have failed for answered_at") {
  const long status = GENERATE(408, 409, 425, 429, 500, 502, 503, 504, 599);
  const SendResult result = meaning_of({.status = status, .retry_after = "7", .body = "later"}, answered_at);
  REQUIRE(std::holds_alternative<FailedForNow>(result));
  CHECK(std::get<FailedForNow>(result).error == "HTTP " + std::to_string(status) + ": later");
  CHECK(std::get<FailedForNow>(result).retry_after == 7s);
}

TEST_CASE("All other answers have failed for good") {
  const long status =
      GENERATE(100, 199, 300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 410, 413, 422, 451, 499, 600, 999);
  const SendResult result = meaning_of({.status = status, .retry_after = "7", .body = ""}, answered_at);
  REQUIRE(std::holds_alternative<FailedForGood>(result));
  CHECK(std::get<FailedForGood>(result).error == "HTTP " + std::to_string(status));
}

TEST_CASE("An error has the first 200 printable characters of the body") {
  const auto error_of = [](std::string body) {
    return std::get<FailedForNow>(meaning_of({.status = 503, .retry_after = "", .body = std::move(body)}, answered_at))
        .error;
  };
  CHECK(error_of(" out\r\nof\torder\x1b[31m\0 ") == "HTTP 503: out of order[31m");
  CHECK(error_of("\r\n \n") == "HTTP 503");
  CHECK(error_of(std::string(1000, 'x')) == "HTTP 503: " + std::string(200, 'x'));
}

TEST_CASE("Retry-After is seconds or a date") {
  CHECK(parse_retry_after("0", answered_at) == 0s);
  CHECK(parse_retry_after("120", answered_at) == 2min);
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", answered_at) == 7s);
  CHECK(parse_retry_after("Sunday, 06-Nov-94 08:50:30 GMT", answered_at) == 1min);
  CHECK(parse_retry_after("Sun Nov  6 09:49:30 1994", answered_at) == 1h);
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", answered_at) == 0s);
}

TEST_CASE("What a Retry-After asks for is bounded") {
  CHECK(parse_retry_after("99999999999999999999999999", answered_at) == std::chrono::years{1});
  CHECK(parse_retry_after("9223372036854775807", answered_at) == std::chrono::years{1});
  CHECK(parse_retry_after("Sun, 06 Nov 2094 08:49:37 GMT", answered_at) == std::chrono::years{1});
}

TEST_CASE("What is no Retry-After is none") {
  const auto* const value = GENERATE("", "soon", "-1", "1.5", "7 s", "Someday, 99 Nov 1994");
  CAPTURE(value);
  CHECK(parse_retry_after(value, answered_at) == std::nullopt);
}
