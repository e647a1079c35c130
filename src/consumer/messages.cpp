#include "consumer/messages.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "notifier/rfc3339.hpp"

namespace notifier {
namespace {

// Beyond any real count, and far from where the row's column would overflow.
constexpr unsigned highest_attempt = 1'000'000'000;

/// Kept from the first failure on, through all copies.
void mark_failed(Message& message) {
  if (message.first_failed_at.empty()) message.first_failed_at = to_rfc3339(std::chrono::system_clock::now());
}

}  // namespace

std::expected<ClaimRequest, InvalidEvent> read_message(const Message& message) {
  if (message.attempt.value_or(0) > highest_attempt) {
    return std::unexpected{InvalidEvent{.message = "x-attempt is larger than " + std::to_string(highest_attempt)}};
  }
  auto queued = parse_queued_event(message.body);
  if (!queued) return std::unexpected{std::move(queued.error())};
  return ClaimRequest{.event = std::move(queued->event),
                      .attempt = message.attempt.value_or(queued->retry_count.value_or(0)),
                      .replay = message.dead_letter.has_value()};
}

Message retry_message(Message message, unsigned attempts) {
  mark_failed(message);
  return put_off_message(std::move(message), attempts);
}

Message put_off_message(Message message, unsigned attempts) {
  message.attempt = attempts;
  message.dead_letter.reset();
  return message;
}

Message further_message(const Message& message, const Event& event, std::string further_event_id) {
  Message further;
  further.body = event_message_body(further_event_id, event.type, event.timestamp, event.payload);
  further.event_id = std::move(further_event_id);
  further.event_type = event.type;
  further.attempt = 0;
  further.traceparent = message.traceparent;
  return further;
}

Message dead_letter_message(Message message, std::string reason, std::string error) {
  mark_failed(message);
  message.not_before = 0;
  message.dead_letter = DeadLetter{.reason = std::move(reason), .last_error = std::move(error)};
  return message;
}

Message republished_message(const StuckNotification& stuck) {
  Message message;
  message.event_id = stuck.event_id;
  message.event_type = stuck.event_type;
  message.body = event_message_body(stuck.event_id, stuck.event_type, stuck.timestamp, stuck.payload);
  message.attempt = stuck.attempt_count;
  return message;
}

}  // namespace notifier
