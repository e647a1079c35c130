#include "senders/http/webhook_message.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace notifier;

TEST_CASE("A webhook has the event, its payload as the client wrote it, and the words") {
  const Notification notification{.id = "notif-evt-1",
                                  .event = {.id = "evt-1",
                                            .type = "order \"shipped\"",
                                            .timestamp = "2026-01-31T12:00:00Z",
                                            .payload = R"({ "amount" : 1.10, "big": 12345678901234567890123 })",
                                            .recipient = {}},
                                  .content = {.subject = "Grüße", .text = "line\nline", .html = "<p>"}};
  const std::string body = webhook_body(notification);
  CHECK(body.contains(R"("data":{ "amount" : 1.10, "big": 12345678901234567890123 })"));
  const auto message = boost::json::parse(body).as_object();
  CHECK(message.size() == 6);
  CHECK(message.at("type") == "order \"shipped\"");
  CHECK(message.at("timestamp") == "2026-01-31T12:00:00Z");
  CHECK(message.at("id") == "evt-1");
  CHECK(message.at("subject") == "Grüße");
  CHECK(message.at("text") == "line\nline");
}

TEST_CASE("The id of a webhook has no dots, and stays apart from all others") {
  const auto id_of = [](const std::string& id) { return webhook_id({.id = id}); };
  CHECK(id_of("notif-0199-abc/crm") == "notif-0199-abc/crm");
  CHECK(id_of("notif-a.b..c") == "notif-a%2Eb%2E%2Ec");
  CHECK(id_of("notif-a%2Eb") == "notif-a%252Eb");
}
