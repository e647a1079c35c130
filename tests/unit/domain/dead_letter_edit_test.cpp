#include "domain/dead_letter_edit.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "domain/event_id.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* edited_payload = R"({"userId":"u","email":"mended@example.com","username":"abc"})";

DeadLetterRecord dead_notification() {
  DeadLetterRecord dead{.of_notification = true, .event_timestamp = "2023-10-27T10:00:00Z"};
  dead.summary.event_id = "e1";
  dead.summary.event_type = "order_shipped";
  dead.summary.reason = "retries_exhausted";
  return dead;
}

std::string whole_event() {
  return R"({"eventType":"order_shipped","timestamp":"2023-10-27T10:00:00Z","payload":)" + std::string{edited_payload} + "}";
}

}  // namespace

TEST_CASE("Of a notification the payload is edited, and id, type and timestamp stay") {
  const auto edited = edited_event(dead_notification(), R"({"payload":)" + std::string{edited_payload} + "}");
  REQUIRE(edited);
  CHECK(edited->id == "e1");
  CHECK(edited->type == "order_shipped");
  CHECK(edited->timestamp == "2023-10-27T10:00:00Z");
  CHECK(edited->recipient.email == "mended@example.com");
}

TEST_CASE("An edited payload stays as it was written, byte for byte") {
  const std::string written =
      "{ \"zeta\":1,\"a\":1.10, \"serial\":12345678901234567890123,\"e\":1E2,\"\\u0061b\":\"\\/}\",\n"
      "\"userId\":\"u\",\"email\":\"mended@example.com\",\"username\":\"abc\" }";
  CHECK(edited_event(dead_notification(), "\t{ \"payload\" :\n " + written + " }\n")->payload == written);
  DeadLetterRecord dead;
  dead.summary.reason = "invalid_event";
  CHECK(
      edited_event(dead, R"({"payload":)" + written + R"(,"eventType":"t","timestamp":"2023-10-27T10:00:00Z"})")->payload ==
      written);
}

TEST_CASE("An edited payload is checked as at ingest") {
  const auto refusal = [](const std::string& text) {
    const auto edited = edited_event(dead_notification(), text);
    REQUIRE_FALSE(edited);
    return edited.error().message;
  };
  CHECK_THAT(refusal(whole_event()), ContainsSubstring("payload"));
  CHECK_THAT(refusal("{}"), ContainsSubstring("payload"));
  CHECK_THAT(refusal("[]"), ContainsSubstring("payload"));
  CHECK_FALSE(refusal("{").empty());
  CHECK_THAT(refusal(R"({"payload":{"userId":"u","email":"no address","username":"abc"}})"), ContainsSubstring("email"));
}

TEST_CASE("In place of any other message comes a whole event, with the id of the message if it is its own") {
  DeadLetterRecord dead;
  dead.summary.reason = "invalid_event";
  dead.summary.event_id = "named";
  CHECK(edited_event(dead, whole_event())->id == "named");
  dead.summary.event_id.clear();
  CHECK(is_valid_event_id(edited_event(dead, whole_event())->id));
  dead.summary.reason = "payload_mismatch";
  dead.summary.event_id = "belongs-to-another";
  CHECK(edited_event(dead, whole_event())->id != "belongs-to-another");
  const auto payload_alone = edited_event(dead, R"({"payload":{}})");
  REQUIRE_FALSE(payload_alone);
  CHECK_THAT(payload_alone.error().message, ContainsSubstring("give a whole event"));
}
