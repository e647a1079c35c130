#include "notifier/dead_letter.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/sha256.hpp"
#include "domain/event_schema.hpp"

namespace notifier {
namespace {

constexpr std::string_view unexplained_reason = "unexplained";

/// First those of notifications, then those of other messages.
constexpr std::array<std::string_view, 12> reasons{
    "retries_exhausted", "failed_for_good",     "route_gone", "kills_consumers", "invalid_event", "payload_mismatch",
    "unstorable_event",  delivery_limit_reason, "expired",    "maxlen",          "rejected",      unexplained_reason};
constexpr auto notification_reasons = std::span{reasons}.first<4>();

constexpr std::array<std::pair<DeadLetterState, std::string_view>, 3> dead_letter_state_names{{
    {DeadLetterState::dead, "DEAD"},
    {DeadLetterState::replayed, "REPLAYED"},
    {DeadLetterState::discarded, "DISCARDED"},
}};

/// What the broker says about messages that it moves, and what an operator needs to know about them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> broker_reasons{{
    {delivery_limit_reason,
     "it came back to the queue until the broker gave it up, and again when it was attempted alone: look for what ended the "
     "consumers that took it, then replay or discard it"},
    {"expired", "the queue has a message-ttl policy: it waited for longer than that. Take the policy away, then replay it"},
    {"maxlen", "the queue has a max-length policy: there was no room for it. Take the policy away, then replay it"},
    {"rejected", "another program consumes the queue and has rejected it. Find out which, then replay or discard it"},
}};

bool is_moved_by_broker(std::string_view reason) {
  return std::ranges::find(broker_reasons, reason, &std::pair<std::string_view, std::string_view>::first) !=
         broker_reasons.end();
}

/// Copies of a notification's dead letter differ in the attempts that had been made, and in what its row had recorded.
QueueAction action_by_attempts(unsigned attempt, const KnownDeadLetter& known) {
  const bool is_older = attempt < known.attempt_count;
  const bool is_newer = attempt > known.attempt_count;
  if (known.state == DeadLetterState::dead) return is_older ? QueueAction::remove : QueueAction::keep;
  return is_newer ? QueueAction::keep : QueueAction::remove;
}

QueueAction action_for_notification(const Message& message, const std::optional<KnownDeadLetter>& known,
                                    const std::optional<NotificationRow>& row) {
  if (row && row->status == NotificationStatus::sent) return QueueAction::settle;
  if (row && message.generation && *message.generation != row->generation) {
    return *message.generation > row->generation ? QueueAction::keep : QueueAction::remove;
  }
  if (!known) return row ? QueueAction::keep : QueueAction::record;
  if (row && message.generation) return known->state == DeadLetterState::dead ? QueueAction::keep : QueueAction::remove;
  return action_by_attempts(message.attempt.value_or(known->attempt_count), *known);
}

/// A replay's message is one generation ahead: what it dies as is not a leftover of what was replayed.
QueueAction action_for_known_message(const Message& message, const KnownDeadLetter& known) {
  if (known.state == DeadLetterState::dead) return QueueAction::keep;
  return message.generation.value_or(0) > known.generation ? QueueAction::record : QueueAction::remove;
}

std::string_view reason_of(const Message& message) {
  return message.dead_letter ? std::string_view{message.dead_letter->reason} : unexplained_reason;
}

}  // namespace

std::span<const std::string_view> dead_letter_reasons() { return reasons; }

bool is_dead_letter_reason(std::string_view name) { return std::ranges::find(reasons, name) != reasons.end(); }

std::string list_of_dead_letter_reasons() {
  std::string list;
  for (const std::string_view reason : reasons) list.append(list.empty() ? "" : ", ").append(reason);
  return list;
}

bool is_of_notification(std::string_view reason) {
  return std::ranges::find(notification_reasons, reason) != notification_reasons.end();
}

std::string dead_letter_identity(const Message& message) {
  const std::string_view reason = reason_of(message);
  if (is_of_notification(reason) && !message.event_id.empty()) return "event:" + message.event_id;
  return "message:" + to_hex(sha256(std::string{reason} + '\0' + message.body));
}

DeadLetter moved_by_broker(std::string_view reason) {
  if (reason.empty()) {
    return {.reason = std::string{unexplained_reason},
            .last_error = "it came into the dead letter queue without a reason: another program has put it there"};
  }
  const auto* const found = std::ranges::find(broker_reasons, reason, &std::pair<std::string_view, std::string_view>::first);
  const std::string_view words = found == broker_reasons.end() ? "the broker has moved it" : found->second;
  return {.reason = std::string{reason}, .last_error = std::string{words}};
}

bool is_of_row(const Message& message, const NotificationRow& row) {
  std::optional<Fingerprint> fingerprint = message.fingerprint;
  if (!fingerprint) {
    const auto queued = parse_queued_event(message.body);
    if (!queued) return false;
    fingerprint = queued->event.fingerprint;
  }
  return *fingerprint == row.fingerprint || fingerprint == row.original_fingerprint;
}

/// A body is read only when its event has a row, so that somebody has read it before: it may be what ends its consumers.
QueueAction queue_action_for(const Message& message, const std::optional<KnownDeadLetter>& known,
                             const std::optional<NotificationRow>& row) {
  const std::string_view reason = reason_of(message);
  if (row && row->claim == ClaimState::live) return QueueAction::keep_undecided;
  if (is_of_notification(reason)) return action_for_notification(message, known, row);
  const bool needs_no_attempt = row && (row->status == NotificationStatus::sent || is_moved_by_broker(reason));
  if (needs_no_attempt && is_of_row(message, *row)) return QueueAction::settle;
  if (known) return action_for_known_message(message, *known);
  return reason == delivery_limit_reason && message.renewals < most_renewals ? QueueAction::republish : QueueAction::record;
}

std::string_view to_string(DeadLetterState state) {
  return std::ranges::find(dead_letter_state_names, state, &std::pair<DeadLetterState, std::string_view>::first)->second;
}

std::optional<DeadLetterState> dead_letter_state_from(std::string_view name) {
  const auto* const found =
      std::ranges::find(dead_letter_state_names, name, &std::pair<DeadLetterState, std::string_view>::second);
  if (found == dead_letter_state_names.end()) return std::nullopt;
  return found->first;
}

}  // namespace notifier
