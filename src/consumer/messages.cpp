#include "consumer/messages.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/rfc3339.hpp"
#include "domain/event_id.hpp"
#include "notifier/notification_row.hpp"

namespace notifier {
namespace {

// Beyond any real count, and far from where the row's column would overflow.
constexpr unsigned highest_count = 1'000'000'000;

/// A message with neither attempt nor generation is new. One with only an attempt has come through a notifier that knew of
/// no generations: how many outcomes there had been is not known.
std::optional<unsigned> known_generation(const Message& message) {
  if (message.generation) return std::min(*message.generation, highest_count);
  if (message.attempt) return std::nullopt;
  return 0;
}

/// Kept from the first failure on, through all copies.
void mark_failed(Message& message) {
  if (message.first_failed_at.empty()) message.first_failed_at = to_rfc3339(std::chrono::system_clock::now());
}

}  // namespace

std::expected<ClaimRequest, InvalidEvent> read_message(const Message& message, const Routes& routes) {
  auto queued = parse_queued_event(message.body);
  if (!queued) return std::unexpected{std::move(queued.error())};
  Event& event = queued->event;
  if (message.fingerprint) event.fingerprint = *message.fingerprint;
  RouteChoice choice = routes.choose(message.route, event.id, event.type);
  return ClaimRequest{.event = std::move(event),
                      .attempt = std::min(message.attempt.value_or(queued->retry_count.value_or(0)), highest_count),
                      .generation = known_generation(message),
                      .replay = message.dead_letter.has_value(),
                      .route = std::move(choice.name),
                      .is_further = choice.is_further,
                      .held = std::nullopt,
                      .traceparent = message.traceparent};
}

std::optional<ClaimRequest> unreadable_row(const Message& message) {
  if (!message.fingerprint || !is_valid_event_id(message.event_id)) return std::nullopt;
  return ClaimRequest{.event = {.id = message.event_id,
                                .type = message.event_type,
                                .timestamp = {},
                                .payload = "{}",
                                .recipient = {},
                                .fingerprint = *message.fingerprint},
                      .attempt = std::min(message.attempt.value_or(0), highest_count),
                      .generation = known_generation(message),
                      .replay = message.dead_letter.has_value(),
                      .route = message.route,
                      .held = std::nullopt,
                      .traceparent = message.traceparent};
}

bool may_end_its_consumer(const Message& message) { return message.renewals >= suspect_renewals || message.begun_alone > 0; }

Message retry_message(Message message, const ClaimAnswer& claimed) {
  mark_failed(message);
  message = deferred_message(std::move(message), claimed);
  message.attempt = claimed.attempt_count + 1;
  return message;
}

Message deferred_message(Message message, const ClaimAnswer& claimed) {
  message.attempt = claimed.attempt_count;
  message.generation = claimed.generation + 1;
  message.renewals = 0;
  message.begun_alone = 0;
  message.dead_letter.reset();
  return message;
}

Message further_message(const Message& message, const Event& event, FurtherNotification further_notification) {
  Message further;
  further.body = event_message_body(further_notification.event_id, event.type, event.timestamp, event.payload);
  further.event_id = std::move(further_notification.event_id);
  further.event_type = event.type;
  further.attempt = 0;
  further.generation = 0;
  further.route = std::move(further_notification.route);
  further.fingerprint = message.fingerprint;
  further.traceparent = message.traceparent;
  return further;
}

Message dead_letter_message(Message message, std::string reason, std::string error) {
  mark_failed(message);
  message.not_before = 0;
  message.renewals = 0;
  message.begun_alone = 0;
  message.dead_letter = DeadLetter{.reason = std::move(reason), .last_error = std::move(error)};
  return message;
}

Message republished_message(const StuckNotification& stuck) {
  Message message;
  message.event_id = stuck.event_id;
  message.event_type = stuck.event_type;
  message.body = event_message_body(stuck.event_id, stuck.event_type, stuck.timestamp, stuck.payload);
  message.attempt = stuck.attempt_count;
  message.generation = stuck.generation;
  if (is_further_on(stuck.route, stuck.event_id)) message.route = stuck.route;
  message.fingerprint = stuck.fingerprint;
  message.traceparent = stuck.traceparent;
  message.first_failed_at = stuck.first_failed_at;
  return message;
}

}  // namespace notifier
