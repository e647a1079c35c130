#include "http/client/answer.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace notifier::client;
using std::chrono::seconds;

TEST_CASE("An answer tells what to do with the event and with the next ones") {
  CHECK(verdict_on({.status = 202}) == Verdict::accepted);
  for (const unsigned status : {400U, 413U, 415U}) CHECK(verdict_on({.status = status}) == Verdict::refused);
  for (const unsigned status : {408U, 429U, 500U, 502U, 503U, 504U})
    CHECK(verdict_on({.status = status}) == Verdict::try_again);
  for (const unsigned status : {200U, 301U, 401U, 403U, 404U, 405U})
    CHECK(verdict_on({.status = status}) == Verdict::no_service);
}

TEST_CASE("The error of an answer cannot command the terminal, nor fill it") {
  CHECK(error_of({.status = 400, .body = R"({"error":"a \"fault\""})"}) == R"(a "fault")");
  CHECK(error_of({.status = 400, .body = R"({"error":"\u001b[2J\r\n"})"}) == R"(\u001b[2J\u000d )");
  CHECK(error_of({.status = 400, .body = R"({"error":"\u202e\u009b2J"})"}) == R"(\u202e\u009b2J)");
  CHECK(error_of({.status = 502, .body = "<html>"}) == "the service answered 502");
  CHECK(error_of({.status = 503, .body = R"({"error":1})"}) == "the service answered 503");
  CHECK(error_of({.status = 400, .body = R"({"error":")" + std::string(10'000, 'x') + R"("})"}).size() == 500);
}

TEST_CASE("The id in an answer is one, or none") {
  CHECK(event_id_of({.status = 202,
                     .body = R"({"eventId":"e-1"})"
                             "\n"}) == "e-1");
  for (const char* const body : {R"({"eventId":"a b"})", R"({"eventId":"a\nb"})", R"({"eventId":1})", R"({})", "no JSON"}) {
    CAPTURE(body);
    CHECK(event_id_of({.status = 202, .body = body}).empty());
  }
}

TEST_CASE("Retry-After is read in seconds, and left out if it is anything else") {
  CHECK(read_retry_after("7") == seconds{7});
  for (const char* other : {"", "-1", "1.5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "86401", "99999999999999999999"}) {
    CAPTURE(other);
    CHECK(read_retry_after(other) == seconds{0});
  }
}
