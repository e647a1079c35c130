#pragma once

#include <expected>
#include <optional>
#include <string>

#include "domain/event_schema.hpp"
#include "notifier/broker.hpp"
#include "notifier/notification_repository.hpp"
#include "notifier/routes.hpp"

namespace notifier {

/// What a message asks to be claimed: its event, what it knows of the row, its route, and whether it is a replay.
[[nodiscard]] std::expected<ClaimRequest, InvalidEvent> read_message(const Message& message, const Routes& routes);

/// What a message that was made from a row asks to be claimed although its body is no longer an event: that row, so that it
/// can be given up. Nothing when it was not made from one.
[[nodiscard]] std::optional<ClaimRequest> unreadable_row(const Message& message);

/// Whether it came back so often that it has to be begun alone.
[[nodiscard]] bool may_end_its_consumer(const Message& message);

/// The copy that goes to a delay queue after a failed attempt at what was claimed.
[[nodiscard]] Message retry_message(Message message, const ClaimAnswer& claimed);

/// The copy that goes there when no attempt was made.
[[nodiscard]] Message deferred_message(Message message, const ClaimAnswer& claimed);

/// The message of another notification of the same event.
[[nodiscard]] Message further_message(const Message& message, const Event& event, FurtherNotification further_notification);

/// The copy that goes to the dead letters, body unchanged.
[[nodiscard]] Message dead_letter_message(Message message, std::string reason, std::string error);

/// The message that carries a row's event again.
[[nodiscard]] Message republished_message(const StuckNotification& stuck);

}  // namespace notifier
