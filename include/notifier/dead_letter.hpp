#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/message.hpp"
#include "notifier/notification.hpp"

namespace notifier {

/// Of a message without the header `x-dead-letter-reason`: the broker itself has moved it.
inline constexpr std::string_view moved_by_broker = "delivery_limit";

/// Bytes of a message's body that are kept with its dead letter. A longer one can be edited or discarded, not replayed as it
/// is.
inline constexpr std::size_t max_dead_letter_body_bytes = 1024 * 1024;

/// Whether a dead letter with this reason is a notification that is not attempted any more. All others are messages of which
/// no notification was made.
[[nodiscard]] bool is_of_notification(std::string_view reason);

/// What tells dead letters apart: the event of a notification, the reason and the body of any other message.
[[nodiscard]] std::string dead_letter_identity(const Message& message);

enum class DeadLetterState : std::uint8_t { dead, replayed, discarded };

/// The name on the wire and in the database: `DEAD`, `REPLAYED`, `DISCARDED`.
[[nodiscard]] std::string_view to_string(DeadLetterState state);
[[nodiscard]] std::optional<DeadLetterState> dead_letter_state_from(std::string_view name);

/// What its row says of a dead letter.
struct KnownDeadLetter {
  DeadLetterState state = DeadLetterState::dead;
  unsigned attempt_count = 0;
};

enum class MessageFate : std::uint8_t {
  may_go,   ///< it was replayed or discarded, or its event has died again since
  stays,    ///< it is dead, or its death is being recorded
  unknown,  ///< it stays, and no dead letter is known of it
};

/// What is to become of a message in the dead letter queue. `known` is the row of its identity, `status` that of the
/// notification of its event, if there are such.
[[nodiscard]] MessageFate fate_of(const Message& message, const std::optional<KnownDeadLetter>& known,
                                  std::optional<NotificationStatus> status);

/// A dead letter as lists show it. Times are RFC 3339 in UTC.
struct DeadLetterSummary {
  std::uint64_t id = 0;
  std::string event_id;  ///< of the notification; of another message what it named, empty if it named none
  std::string event_type;
  std::string reason;
  std::string error;
  unsigned attempt_count = 0;
  unsigned deaths = 0;  ///< how often it has died: more than once after replays
  DeadLetterState state = DeadLetterState::dead;
  std::string died_at;
};

/// A dead letter with all that is known of it.
struct DeadLetterRecord {
  DeadLetterSummary summary;
  bool of_notification = false;
  std::string event_timestamp;  ///< of a notification's event
  std::string first_failed_at;  ///< empty: not known
  std::string traceparent;      ///< empty: none
  std::string body;  ///< of a notification its payload, JSON; else what was received, valid UTF-8 or not; empty: it
                     ///< is not kept any more
  std::uint64_t body_bytes = 0;  ///< of the body when it was received; more than are kept, if it was too long
  std::string original;          ///< the payload or the body before it was edited; empty: it was not
  std::string closed_at;         ///< when it was replayed or discarded last; empty: never
  std::string closed_by;         ///< name of the key or `command line`
  std::string discard_reason;
  std::vector<FailedAttempt> failed_attempts;
};

struct DeadLetterGroup {
  std::string reason;
  std::string error;
  std::uint64_t count = 0;
  std::string oldest;  ///< RFC 3339
  std::string newest;
};

}  // namespace notifier
