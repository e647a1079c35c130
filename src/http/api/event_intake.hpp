#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "domain/event_id.hpp"
#include "http/wire/error_response.hpp"
#include "http/wire/http_message.hpp"
#include "notifier/broker.hpp"

namespace notifier::http {

// What one event and a batch have in common on their way from the request to the broker.

/// Whether the request's body is said to be of that type, whatever its parameters.
[[nodiscard]] bool is_content_type(const SingleField& content_type, std::string_view media_type);

/// The `Idempotency-Key`, or nothing if there is none.
[[nodiscard]] std::expected<std::string_view, Refusal> read_idempotency_key(const SingleField& field);

/// Always the same id for the same key, a new one if `key.key` is empty.
[[nodiscard]] std::string choose_event_id(const IdempotencyKey& key);

/// The `traceparent` if it is well-formed, otherwise nothing.
[[nodiscard]] std::string_view read_traceparent(const SingleField& field);

/// Who sends an event under which id.
struct EventOrigin {
  std::string event_id;
  std::string_view traceparent;  ///< empty: none
};

/// The event's id once the broker has confirmed it, or why it was not accepted.
using IntakeHandler = std::move_only_function<void(std::expected<std::string, Error>)>;

/// Checks the text of an event and publishes it. `handler` is called exactly once, on this thread or one of the broker's,
/// and must not throw. What this function throws it throws before that.
void take_in_event(Broker& broker, std::string_view text, EventOrigin origin, IntakeHandler handler);

}  // namespace notifier::http
