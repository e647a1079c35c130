#pragma once

#include <expected>
#include <string_view>

#include "domain/event_schema.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/event.hpp"

namespace notifier {

/// The event that an operator's text puts in a dead letter's place, checked as at ingest: for a notification
/// `{"payload": {…}}`, its type and timestamp staying as they are; for any other message a whole event. Its payload is that
/// of the text, byte for byte. It gets a new id if the message has none that it could keep.
[[nodiscard]] std::expected<Event, InvalidEvent> edited_event(const DeadLetterRecord& dead, std::string_view text);

}  // namespace notifier
