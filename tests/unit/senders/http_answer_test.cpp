#include "senders/http/http_answer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <vector>

using namespace notifier;
using namespace std::chrono_literals;

namespace {

/// Sun, 06 Nov 1994 08:49:30 GMT.
constexpr std::chrono::system_clock::time_point answered_at{std::chrono::seconds{784111770}};

SendResult answer_to(const HttpAnswer& answer, const std::vector<std::uint16_t>& final = {}) {
  return meaning_of(answer, final, answered_at);
}

}  // namespace

TEST_CASE("An answer of 2xx is sent") {
  const long status = GENERATE(200, 201, 202, 204, 226, 299);
  const SendResult result = answer_to({.status = status, .retry_after = "5", .body = "queued as\r\n42"});
  REQUIRE(std::holds_alternative<Sent>(result));
  CHECK(std::get<Sent>(result).reply == "HTTP " + std::to_string(status) + ": queued as 42");
}

TEST_CASE("All other answers have failed for now: another time might change them") {
  const long status = GENERATE(100, 199, 300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 407, 408, 409, 413, 418, 421,
                               422, 423, 424, 425, 429, 451, 499, 500, 502, 503, 504, 599, 600, 999);
  const SendResult result = answer_to({.status = status, .retry_after = "7", .body = "later"});
  REQUIRE(std::holds_alternative<TransientFailure>(result));
  CHECK(std::get<TransientFailure>(result).error == "HTTP " + std::to_string(status) + ": later");
  CHECK(std::get<TransientFailure>(result).retry_after == 7s);
}

TEST_CASE("Gone, and what the settings name, has failed for good") {
  const auto error_of = [](long status, std::vector<std::uint16_t> final) {
    return std::get<PermanentFailure>(answer_to({.status = status, .retry_after = "7", .body = ""}, final)).error;
  };
  CHECK(error_of(410, {}) == "HTTP 410");
  CHECK(error_of(410, {422}) == "HTTP 410");
  CHECK(error_of(422, {400, 422}) == "HTTP 422");
  CHECK(error_of(301, {301}) == "HTTP 301");
}

TEST_CASE("A destination that refuses whatever it is sent has failed itself") {
  const auto concerns_destination = [](long status) {
    return std::get<TransientFailure>(answer_to({.status = status, .retry_after = "", .body = ""})).concerns_destination;
  };
  CHECK(concerns_destination(GENERATE(301, 302, 307, 308, 401, 403, 404, 407, 408, 421, 425, 429, 500, 502, 503, 504)));
  CHECK_FALSE(concerns_destination(GENERATE(400, 409, 413, 415, 422, 451, 499)));
}

TEST_CASE("An error has the first 200 printable characters of the body") {
  const auto error_of = [](std::string body) {
    return std::get<TransientFailure>(answer_to({.status = 503, .retry_after = "", .body = std::move(body)})).error;
  };
  CHECK(error_of(" out\r\nof\torder\x1b[31m\0 ") == "HTTP 503: out of order[31m");
  CHECK(error_of("no route\nto 10.0.0.7:5432, 10.0\x01.0.8") ==
        "HTTP 503: no route to (private address):5432, (private address)");
  CHECK(error_of("\r\n \n") == "HTTP 503");
  CHECK(error_of(std::string(1000, 'x')) == "HTTP 503: " + std::string(200, 'x'));
}

TEST_CASE("A redirect names its target, cleaned and without what may be secret") {
  const auto error_of = [](std::string location) {
    const HttpAnswer answer{.status = 301, .location = std::move(location), .body = "<html>Moved"};
    return std::get<TransientFailure>(meaning_of(answer, {}, answered_at, "10.1.2.3")).error;
  };
  const auto [location, shown] = GENERATE(table<std::string, std::string>(
      {{"https://new.example/hooks/a", "https://new.example/hooks/a"},
       {"/login", "/login"},
       {"../login@2", "../login@2"},
       {"", ""},
       {"https://ada:love@lace@new.example:8443/hooks/@a?key=secret", "https://new.example:8443/hooks/@a"},
       {"https://new.example#secret@", "https://new.example"},
       {"//ada:lovelace@new.example/", "//new.example/"},
       {"\\/ada:lovelace@new.example\\@", "\\/new.example\\@"},
       {"https:ada:lovelace@new.example", "https:new.example"},
       {"https:///ada@new.example", "https:///new.example"},
       {"ada:lovelace@new.example", "ada:new.example"},
       {"https://ada\x1b[31m@new.example/\x1b]0;x\x07", "https://new.example/]0;x"},
       {"http://10.1.2.3/", "http://10.1.2.3/"},
       {"http://10.1.2.4/", "http://(private address)/"},
       {"http://10.1\x01.2.4/", "http://(private address)/"},
       {"http://[fd00::7]:80/", "http://[(private address)]:80/"},
       {"/" + std::string(5000, 'x'), "/" + std::string(199, 'x')}}));
  CAPTURE(location);
  CHECK(error_of(location) ==
        (location.empty() ? "HTTP 301: <html>Moved" : "HTTP 301: a redirect to " + shown + ", which is not followed"));
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
