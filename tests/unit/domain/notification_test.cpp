#include "notifier/notification.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace notifier;

TEST_CASE("each status has its name on the wire") {
  CHECK(to_string(NotificationStatus::queued) == "QUEUED");
  CHECK(to_string(NotificationStatus::sent) == "SENT");
  CHECK(to_string(NotificationStatus::failed_retrying) == "FAILED_RETRYING");
  CHECK(to_string(NotificationStatus::failed_dlq) == "FAILED_DLQ");
}

TEST_CASE("a status is found by its name") {
  CHECK(notification_status_from("QUEUED") == NotificationStatus::queued);
  CHECK(notification_status_from("SENT") == NotificationStatus::sent);
  CHECK(notification_status_from("FAILED_RETRYING") == NotificationStatus::failed_retrying);
  CHECK(notification_status_from("FAILED_DLQ") == NotificationStatus::failed_dlq);
  CHECK_FALSE(notification_status_from("sent").has_value());
  CHECK_FALSE(notification_status_from("").has_value());
}

TEST_CASE("a notification is made of its event alone") {
  const Event event{.id = "e1",
                    .type = "user_signup",
                    .timestamp = "2023",
                    .payload = "{}",
                    .recipient = {.user_id = "u1", .email = "ada@example.com", .username = "ada"},
                    .fingerprint = {}};

  const Notification notification = make_notification(event, "mail", 3);
  CHECK(notification.route == "mail");

  CHECK(notification.id == "notif-e1");
  CHECK(notification.id == notification_id("e1"));
  CHECK(notification.event.id == "e1");
  CHECK(notification.event.type == "user_signup");
  CHECK(notification.event.recipient.user_id == "u1");
  CHECK(notification.event.recipient.email == "ada@example.com");
  CHECK(notification.event.recipient.username == "ada");
  CHECK(notification.content.text == "Hello ada, there is news for you: user_signup");
  CHECK(notification.attempt == 3);
}
