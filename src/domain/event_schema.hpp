#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "notifier/event.hpp"

namespace notifier {

/// Largest body of an event over HTTP, in bytes.
inline constexpr std::size_t max_event_bytes = 256 * 1024;

/// Largest body of a message on the main queue, in bytes. The message of an event also holds its id, other producers may
/// send more, and rows whose payload was once of MySQL's type JSON hold it longer than it came: `100000000000000.0, ` for
/// `1e14,`.
inline constexpr std::size_t max_message_bytes = 4 * max_event_bytes;

/// The first fault found, worded for whoever sent the event, for example `"eventType" is required`.
struct InvalidEvent {
  std::string message;
};

/// Reads the body of a `POST /events/ingest`. Rules are checked in the order `eventType`, `timestamp`, `payload` (`userId`,
/// `email`, `username`), then unknown keys at the top. The event's `id` and `fingerprint` are left empty: nothing needs them
/// at ingest.
[[nodiscard]] std::expected<Event, InvalidEvent> parse_ingested_event(std::string_view body);

struct QueuedEvent {
  Event event;
  std::optional<unsigned> retry_count;  ///< `retryCount` in the body, which stands for an absent `x-attempt`
};

/// Reads the body of a message on the main queue: as above, but with `id` or `eventId`, and with unknown keys at the top
/// let through, since other services publish here too.
[[nodiscard]] std::expected<QueuedEvent, InvalidEvent> parse_queued_event(std::string_view body);

/// The body of the message that carries an event: `{"id", "eventType", "timestamp", "payload"}`.
[[nodiscard]] std::string event_message_body(std::string_view id, std::string_view type, std::string_view timestamp,
                                             std::string_view payload_json);

}  // namespace notifier
