#pragma once

#include <expected>
#include <string>

#include "notifier/broker.hpp"
#include "notifier/event_schema.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier {

/// What a message asks to be claimed: its event, the attempts that it knows of, and whether it is a replay.
[[nodiscard]] std::expected<ClaimRequest, InvalidEvent> read_message(const Message& message);

/// The copy that goes to a delay queue after a failed attempt, `attempts` being finished.
[[nodiscard]] Message retry_message(Message message, unsigned attempts);

/// The copy that goes there when no attempt was made.
[[nodiscard]] Message put_off_message(Message message, unsigned attempts);

/// The message of another notification of the same event.
[[nodiscard]] Message further_message(const Message& message, const Event& event, std::string further_event_id);

/// The copy that goes to the dead letters, body unchanged.
[[nodiscard]] Message dead_letter_message(Message message, std::string reason, std::string error);

/// The message that carries a row's event again.
[[nodiscard]] Message republished_message(const StuckNotification& stuck);

}  // namespace notifier
