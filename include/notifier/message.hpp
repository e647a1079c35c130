#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace notifier {

/// Why a message is a dead letter: the headers `x-dead-letter-reason` and `x-last-error`.
struct DeadLetter {
  std::string reason;
  std::string last_error;
};

/// A message of the broker, free of its wire format.
struct Message {
  std::string event_id;             ///< `message_id`; empty when the body is unreadable and came without one
  std::string event_type;           ///< `type`; may be empty likewise
  std::string body;                 ///< as published; UTF-8 JSON unless another producer sent something else
  std::optional<unsigned> attempt;  ///< `x-attempt`: attempts finished when the message was published
  std::string traceparent;          ///< W3C trace context; empty: none
  std::string first_failed_at;      ///< `x-first-failed-at`, RFC 3339 UTC; empty: has not failed yet
  std::int64_t not_before = 0;  ///< `x-not-before`: milliseconds since 1970 before which it is not to be attempted; 0: none
  std::optional<DeadLetter> dead_letter;
};

}  // namespace notifier
