#include "domain/event_schema.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "unit/domain/repeated.hpp"

using namespace notifier;
using notifier::testing::repeated;

namespace {

constexpr std::string_view good_payload = R"({"userId":"u1","email":"user@example.com","username":"testuser"})";

std::string with_payload(std::string_view payload, std::string_view more = "") {
  return R"({"eventType":"user_signup","timestamp":"2023-10-27T10:00:00Z","payload":)" + std::string{payload} +
         std::string{more} + '}';
}

std::string with_username(std::string_view json_string) {
  return with_payload(R"({"userId":"u1","email":"user@example.com","username":)" + std::string{json_string} + '}');
}

std::string with_type(std::string_view json_string) {
  return R"({"eventType":)" + std::string{json_string} + R"(,"timestamp":"2023","payload":)" + std::string{good_payload} +
         '}';
}

std::string queued(std::string_view more) { return with_payload(good_payload, more); }

std::string in_quotes(std::string_view text) { return '"' + std::string{text} + '"'; }

/// The message with which `body` is refused; empty when it is taken.
std::string fault_in(std::string_view body) {
  const auto event = parse_ingested_event(body);
  return event ? std::string{} : event.error().message;
}

std::string fault_in_queued(std::string_view body) {
  const auto event = parse_queued_event(body);
  return event ? std::string{} : event.error().message;
}

}  // namespace

TEST_CASE("an event's fields are read") {
  const auto event = parse_ingested_event(with_payload(good_payload));
  REQUIRE(event.has_value());
  CHECK(event->id.empty());
  CHECK(event->fingerprint == Fingerprint{});
  CHECK(event->type == "user_signup");
  CHECK(event->timestamp == "2023-10-27T10:00:00Z");
  CHECK(event->payload == good_payload);
  CHECK(event->recipient.user_id == "u1");
  CHECK(event->recipient.email == "user@example.com");
  CHECK(event->recipient.username == "testuser");
}

TEST_CASE("the payload is kept byte for byte, wherever it stands in the body") {
  const std::string payload =
      "{ \"userId\":\"u\\u0031\",\n\t\"email\":\"user@example.com\" , "
      "\"username\":\"te\\\"}{st\",\"n\":1.50e+02,\"z\":[{\"}\":\"]\"}] }";
  const std::string body = GENERATE_COPY(
      "{\"payload\":" + payload + ",\"eventType\":\"t\",\"timestamp\":\"2023\"}",
      "{\"eventType\":\"t\",\"payload\" :\n " + payload + " ,\"timestamp\":\"2023\"}",
      " {\"eventType\":\"t\\\\\\\"payload\\\"\",\"timestamp\":\"2023\",\"pay\\u006coad\":" + payload + "\n}\n");
  const auto event = parse_ingested_event(body);
  REQUIRE(event.has_value());
  CHECK(event->payload == payload);
  CHECK(event->recipient.user_id == "u1");
  CHECK(event->recipient.username == "te\"}{st");
}

TEST_CASE("the payload is found behind members of all kinds") {
  const auto event =
      parse_queued_event(R"({"id":"e1", "a":"x,}\\", "b":-1.5e3 ,"c":[1,[{"payload":2}],"]"],"d":{"payload":{"}":1}},"e":null
,"f":true,"payload":)" + std::string{good_payload} +
                         R"(,"g":1,"eventType":"t","timestamp":"2023"})");
  REQUIRE(event.has_value());
  CHECK(event->event.payload == good_payload);
}

TEST_CASE("unknown keys in the payload are kept") {
  const std::string payload =
      R"({"userId":"u1","email":"a@b.co","username":"abc","more":{"deep":[1,null]},"nul":"a\u0000b"})";
  const auto event = parse_ingested_event(with_payload(payload));
  REQUIRE(event.has_value());
  CHECK(event->payload == payload);
}

TEST_CASE("rules are checked in their order, whatever the order in the body") {
  CHECK(fault_in(R"({"payload":3,"timestamp":2,"eventType":1})") == R"("eventType" must be a string)");
  CHECK(fault_in(R"({"payload":3,"timestamp":2,"eventType":"t"})") == R"("timestamp" must be a string)");
  CHECK(fault_in(R"({"payload":3,"timestamp":"2023","eventType":"t"})") == R"("payload" must be of type object)");
  CHECK(fault_in(with_payload(R"({"username":1,"email":2,"userId":3})")) == R"("payload.userId" must be a string)");
  CHECK(fault_in(with_payload(R"({"username":1,"email":2,"userId":"u"})")) == R"("payload.email" must be a string)");
  CHECK(fault_in(with_payload(R"({"username":1,"email":"a@b.co","userId":"u"})")) ==
        R"("payload.username" must be a string)");
}

TEST_CASE("the first unknown key at the top is refused when all else is good") {
  CHECK(fault_in(queued(R"(,"zebra":1,"ant":2)")) == R"("zebra" is not allowed)");
  CHECK(fault_in(queued(R"(,"":1)")) == R"("" is not allowed)");
  CHECK(fault_in(queued(R"(,"EventType":1)")) == R"("EventType" is not allowed)");
  CHECK(fault_in(R"({"extra":1})") == R"("eventType" is required)");
}

TEST_CASE("a body that is no object is refused") {
  const std::string body = GENERATE(as<std::string>{}, "null", "5", "true", "[]", "[{}]", R"("text")", R"("{}")");
  CHECK(fault_in(body) == R"("value" must be of type object)");
  CHECK(fault_in_queued(body) == R"("value" must be of type object)");
}

TEST_CASE("a payload that is no object is refused") {
  const std::string payload = GENERATE(as<std::string>{}, "null", "1", "false", "[]", R"("{}")");
  CHECK(fault_in(with_payload(payload)) == R"("payload" must be of type object)");
}

TEST_CASE("a body that cannot be read is refused with a sentence") {
  CHECK(fault_in("") == "body is empty");
  CHECK(fault_in("{") == "body is not valid JSON: incomplete JSON at byte 1");
  CHECK(fault_in(queued(R"(,"eventType":"t")")) == R"(body has the key "eventType" twice in one object)");
  CHECK(fault_in(with_payload(R"({"n":1e400})")) == "body has a number that is too large");
}

TEST_CASE("a posted body has at most 256 KiB") {
  std::string body = with_payload(good_payload);
  body.resize(max_event_bytes, ' ');
  CHECK(fault_in(body) == "");
  body += ' ';
  CHECK(fault_in(body) == "body is larger than 262144 bytes");
}

TEST_CASE("a queued body has at most 1 MiB") {
  std::string body = queued(R"(,"id":"e1")");
  body.resize(max_message_bytes, ' ');
  CHECK(fault_in_queued(body) == "");
  body += ' ';
  CHECK(fault_in_queued(body) == "body is larger than 1048576 bytes");
}

TEST_CASE("the largest event that can be posted can be read from the queue") {
  const auto of_size = [](std::size_t size) {
    return with_payload(R"({"userId":"u","email":"a@b.co","username":"abc","text":")" + std::string(size, 'x') + R"("})");
  };
  const auto event = parse_ingested_event(of_size(max_event_bytes - of_size(0).size()));
  REQUIRE(event.has_value());
  CHECK(fault_in_queued(event_message_body(std::string(128, 'i'), event->type, event->timestamp, event->payload)) == "");
}

TEST_CASE("the largest event can be read from the queue after MySQL has written its numbers out") {
  const auto of_numbers = [](std::string_view number, std::string_view next, std::size_t count) {
    return R"({"userId":"u","email":"a@b.co","username":"abc","n":[)" + std::string{number} + repeated(next, count) + "]}";
  };
  const std::size_t count = (max_event_bytes - with_payload(of_numbers("1e14", "", 0)).size()) / 5;
  const auto event = parse_ingested_event(with_payload(of_numbers("1e14", ",1e14", count)));
  REQUIRE(event.has_value());
  const std::string stored = of_numbers("100000000000000.0", ", 100000000000000.0", count);
  const auto posted =
      parse_queued_event(event_message_body(std::string(128, 'i'), event->type, event->timestamp, event->payload));
  const auto read = parse_queued_event(event_message_body(std::string(128, 'i'), event->type, event->timestamp, stored));
  REQUIRE(posted.has_value());
  REQUIRE(read.has_value());
  CHECK(read->event.fingerprint == posted->event.fingerprint);
}

TEST_CASE("a body has at most 32 levels") {
  const auto nested_in_payload = [](std::size_t levels) {
    return with_payload(R"({"userId":"u","email":"a@b.co","username":"abc","n":)" + std::string(levels, '[') +
                        std::string(levels, ']') + '}');
  };
  CHECK(fault_in(nested_in_payload(30)) == "");
  CHECK(fault_in(nested_in_payload(31)) == "body is nested deeper than 32 levels");
}

TEST_CASE("a username has 3 to 30 characters as UTF-16 counts them") {
  const std::string too_short = R"("payload.username" length must be at least 3 characters long)";
  const std::string too_long = R"("payload.username" length must be less than or equal to 30 characters long)";
  CHECK(fault_in(with_username(in_quotes("日本"))) == too_short);
  CHECK(fault_in(with_username(in_quotes("日本語"))) == "");
  CHECK(fault_in(with_username(in_quotes("😀"))) == too_short);
  CHECK(fault_in(with_username(in_quotes("😀a"))) == "");
  CHECK(fault_in(with_username(in_quotes(repeated("😀", 15)))) == "");
  CHECK(fault_in(with_username(in_quotes(repeated("😀", 15) + "a"))) == too_long);
  CHECK(fault_in(with_username(in_quotes(repeated("\\ud83d\\ude00", 15)))) == "");
  CHECK(fault_in(with_username(in_quotes(repeated("\\ud83d\\ude00", 16)))) == too_long);
  CHECK(fault_in(with_username(in_quotes("\\n\\t\\u001b"))) == "");
}

TEST_CASE("an event type has at most 255 characters") {
  CHECK(fault_in(with_type(in_quotes(repeated("é", 255)))) == "");
  CHECK(fault_in(with_type(in_quotes(repeated("x", 256)))) ==
        R"("eventType" length must be less than or equal to 255 characters long)");
}

TEST_CASE("NUL is refused in strings that leave the payload") {
  CHECK(fault_in(with_type(R"("a\u0000b")")) == R"("eventType" must not contain NUL characters)");
  CHECK(fault_in(with_username(R"("ab\u0000c")")) == R"("payload.username" must not contain NUL characters)");
  CHECK(fault_in(with_payload(R"({"userId":"\u0000","email":"a@b.co","username":"abc"})")) ==
        R"("payload.userId" must not contain NUL characters)");
  CHECK(fault_in(with_payload(R"({"userId":"u","email":"a\u0000@b.co","username":"abc"})")) ==
        R"("payload.email" must be a valid email)");
}

TEST_CASE("keys are compared as a whole") {
  CHECK(fault_in(R"({"eventType\u0000":"t"})") == R"("eventType" is required)");
  CHECK(fault_in(queued(R"(,"eventType\u0000":"t")")).ends_with(" is not allowed"));
}

TEST_CASE("a queued event has its id in id or eventId") {
  for (const std::string_view more : {R"(,"id":"e1")", R"(,"eventId":"e1")", R"(,"id":"e1","eventId":"e1")"}) {
    const auto read = parse_queued_event(queued(more));
    REQUIRE(read.has_value());
    CHECK(read->event.id == "e1");
    CHECK(read->event.payload == good_payload);
    CHECK_FALSE(read->retry_count.has_value());
  }
}

TEST_CASE("a queued event without one good id is refused") {
  CHECK(fault_in_queued(queued("")) == R"("id" is required)");
  CHECK(fault_in_queued(queued(R"(,"id":"e1","eventId":"e2")")) == R"("eventId" must be equal to "id")");
  CHECK(fault_in_queued(queued(R"(,"id":5)")) == R"("id" must be a string)");
  CHECK(fault_in_queued(queued(R"(,"id":null,"eventId":"e1")")) == R"("id" must be a string)");
  CHECK(fault_in_queued(queued(R"(,"eventId":["e1"])")) == R"("eventId" must be a string)");

  const std::string id = GENERATE(as<std::string>{}, "", "a b", "é", "a\\u0000", "a\\n");
  CHECK(fault_in_queued(queued(",\"id\":" + in_quotes(id))) ==
        R"("id" must be 1 to 128 printable ASCII characters without spaces)");
  CHECK(fault_in_queued(queued(",\"eventId\":" + in_quotes(std::string(129, 'x')))) ==
        R"("eventId" must be 1 to 128 printable ASCII characters without spaces)");
}

TEST_CASE("a queued event may tell its retry count") {
  const auto retry_count = [](std::string_view json) {
    const auto read = parse_queued_event(queued(R"(,"id":"e1","retryCount":)" + std::string{json}));
    REQUIRE(read.has_value());
    return read->retry_count;
  };
  CHECK(retry_count("0") == 0);
  CHECK(retry_count("3") == 3);
  CHECK(retry_count("3.0") == 3);
  CHECK(retry_count("1000") == 1000);

  const std::string json =
      GENERATE(as<std::string>{}, "-1", "1.5", "1001", "1e300", "18446744073709551615", "\"1\"", "null", "[]", "true");
  CHECK(fault_in_queued(queued(R"(,"id":"e1","retryCount":)" + json)) ==
        R"("retryCount" must be an integer from 0 to 1000)");
}

TEST_CASE("a queued event may have unknown keys at the top but must keep all other rules") {
  CHECK(fault_in_queued(queued(R"(,"id":"e1","traceId":"x","source":{"a":1})")) == "");
  CHECK(fault_in_queued(R"({"id":"e1","eventType":"t","timestamp":"nope","payload":{}})") ==
        R"("timestamp" must be in iso format)");
  CHECK(fault_in_queued(R"({"id":"e1","eventType":"t","timestamp":"2023","payload":{}})") ==
        R"("payload.userId" is required)");
}

TEST_CASE("an event has the same fingerprint after a database has normalised its payload") {
  const auto ingested =
      parse_ingested_event(with_payload(R"({"username":"testuser","n":1e2,"email":"user@example.com","userId":"u1"})"));
  REQUIRE(ingested.has_value());

  const auto same = parse_queued_event(event_message_body("e1", ingested->type, ingested->timestamp, ingested->payload));
  const auto normalised = parse_queued_event(
      event_message_body("e1", ingested->type, ingested->timestamp,
                         R"({"n": 100.0, "email": "user@example.com", "userId": "u1", "username": "testuser"})"));

  REQUIRE(same.has_value());
  REQUIRE(normalised.has_value());
  CHECK(same->event.fingerprint != Fingerprint{});
  CHECK(normalised->event.fingerprint == same->event.fingerprint);
}

TEST_CASE("a message's body is the event as JSON") {
  CHECK(event_message_body("e1", "user_signup", "2023", good_payload) ==
        R"({"id":"e1","eventType":"user_signup","timestamp":"2023","payload":)" + std::string{good_payload} + '}');
}

TEST_CASE("strings in a message's body are escaped") {
  const std::string type = "a\"b\\c\n\x01é😀";
  const auto body = boost::json::parse(event_message_body("\"\\", type, "2023", "{}")).as_object();
  CHECK(body.at("id").as_string() == "\"\\");
  CHECK(body.at("eventType").as_string() == type);
}
