#include "notifier/dead_letter.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "notifier/sha256.hpp"

namespace notifier {
namespace {

constexpr std::array<std::string_view, 4> notification_reasons{"retries_exhausted", "failed_for_good", "route_gone",
                                                               "kills_consumers"};

constexpr std::array<std::pair<DeadLetterState, std::string_view>, 3> dead_letter_state_names{{
    {DeadLetterState::dead, "DEAD"},
    {DeadLetterState::replayed, "REPLAYED"},
    {DeadLetterState::discarded, "DISCARDED"},
}};

/// Copies of a notification's dead letter differ in the attempts that had been made.
MessageFate fate_of_notification(unsigned attempt, const KnownDeadLetter& known) {
  const bool is_older = attempt < known.attempt_count;
  const bool is_newer = attempt > known.attempt_count;
  if (known.state == DeadLetterState::dead) return is_older ? MessageFate::may_go : MessageFate::stays;
  return is_newer ? MessageFate::stays : MessageFate::may_go;
}

std::string_view reason_of(const Message& message) {
  return message.dead_letter ? std::string_view{message.dead_letter->reason} : moved_by_broker;
}

}  // namespace

bool is_of_notification(std::string_view reason) {
  return std::ranges::find(notification_reasons, reason) != notification_reasons.end();
}

std::string dead_letter_identity(const Message& message) {
  const std::string_view reason = reason_of(message);
  if (is_of_notification(reason)) return "event:" + message.event_id;
  return "message:" + to_hex(sha256(std::string{reason} + '\0' + message.body));
}

MessageFate fate_of(const Message& message, const std::optional<KnownDeadLetter>& known,
                    std::optional<NotificationStatus> status) {
  const bool is_notification = is_of_notification(reason_of(message));
  if (known) {
    if (is_notification) return fate_of_notification(message.attempt.value_or(known->attempt_count), *known);
    return known->state == DeadLetterState::dead ? MessageFate::stays : MessageFate::may_go;
  }
  if (!is_notification || !status) return MessageFate::unknown;
  return *status == NotificationStatus::sent ? MessageFate::may_go : MessageFate::stays;
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
