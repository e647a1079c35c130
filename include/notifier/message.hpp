#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "notifier/event.hpp"

namespace notifier {

/// Why a message is a dead letter: the headers `x-dead-letter-reason` and `x-last-error`.
struct DeadLetter {
  std::string reason;
  std::string last_error;
};

/// A message of the broker, free of its wire format.
struct Message {
  std::string event_id;                ///< `message_id`; empty when the body is unreadable and came without one
  std::string event_type;              ///< `type`; may be empty likewise
  std::string body;                    ///< as published; UTF-8 JSON unless another producer sent something else
  std::optional<unsigned> attempt;     ///< `x-attempt`: attempts finished when the message was published
  std::optional<unsigned> generation;  ///< `x-generation`: outcomes recorded by then, replays included
  std::string route;                   ///< `x-route`: of a further notification of its event; empty: the first one's
  unsigned renewals = 0;               ///< `x-redelivered`: how often it was published anew because it came back unattempted
  unsigned begun_alone = 0;  ///< `x-begun-alone`: how often it was begun with nothing else under way, with no known end
  /// `x-fingerprint`: of the event in its row, when the message was made from the row. A database that rewrites JSON may
  /// have left a payload there with another fingerprint.
  std::optional<Fingerprint> fingerprint;
  std::string traceparent;      ///< W3C trace context; empty: none
  std::string first_failed_at;  ///< `x-first-failed-at`, RFC 3339 UTC; empty: has not failed yet
  std::int64_t not_before = 0;  ///< `x-not-before`: milliseconds since 1970 before which it is not to be attempted; 0: none
  std::optional<DeadLetter> dead_letter;
};

}  // namespace notifier
