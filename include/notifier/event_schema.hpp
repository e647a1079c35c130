#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "notifier/event.hpp"

namespace notifier {

/// Nesting deeper than this is refused. The top-level object is depth 1.
inline constexpr std::size_t max_json_depth = 32;

/// An object with more members than this is refused. Names can be chosen so that all fall into one place of a hash table,
/// and then each member costs as much as there are others in its object.
inline constexpr std::size_t max_object_members = 1000;

/// Likewise a text with more in all objects together, its outermost one left out: so an event that was taken at the door
/// stays within the bound when its message adds an id.
inline constexpr std::size_t max_inner_members = 10'000;

/// Largest body of an event over HTTP, in bytes.
inline constexpr std::size_t max_event_bytes = 256 * 1024;

/// Largest body of a message on the main queue, in bytes. The message of an event holds its id too, other producers may send
/// more, and rows whose payload was of MySQL's type JSON once have it longer than it came: `100000000000000.0, ` for
/// `1e14,`.
inline constexpr std::size_t max_message_bytes = 4 * max_event_bytes;

/// The first fault found, worded for whoever sent the event, for example `"eventType" is required`.
struct InvalidEvent {
  std::string message;
};

/// Reads the body of a `POST /events/ingest`. Rules are checked in the order `eventType`, `timestamp`, `payload`
/// (`userId`, `email`, `username`), then unknown keys at the top. The event's `id` and `fingerprint` are left empty: nothing
/// at the door needs them.
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
