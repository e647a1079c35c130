#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/dead_letter_state.hpp"
#include "notifier/message.hpp"
#include "notifier/notification.hpp"
#include "notifier/notification_row.hpp"

namespace notifier {

/// The reason for a message that the broker gave up on because it came back too often.
inline constexpr std::string_view delivery_limit_reason = "delivery_limit";

/// Describes, for an operator, a message that reached the queue without the header `x-dead-letter-reason`. `reason` is what
/// the broker calls it (`delivery_limit`, `expired`, `maxlen`, `rejected`), empty if it says nothing.
[[nodiscard]] DeadLetter moved_by_broker(std::string_view reason);

/// How many bytes of a message's body are kept with its dead letter. A message with a longer one can be edited or discarded,
/// but not replayed as it is.
inline constexpr std::size_t max_dead_letter_body_bytes = 1024 * 1024;

/// All that notifier calls a reason.
[[nodiscard]] std::span<const std::string_view> dead_letter_reasons();
[[nodiscard]] bool is_dead_letter_reason(std::string_view name);

/// The reasons, with commas, for whoever wrote none of them.
[[nodiscard]] std::string list_of_dead_letter_reasons();

/// Whether a dead letter with this reason is a notification that is no longer attempted. All others are messages that never
/// became a notification.
[[nodiscard]] bool is_of_notification(std::string_view reason);

/// What identifies a dead letter: a notification's event, or the reason and body of any other message.
[[nodiscard]] std::string dead_letter_identity(const Message& message);

/// What its row says about a dead letter.
struct KnownDeadLetter {
  DeadLetterState state = DeadLetterState::dead;
  unsigned attempt_count = 0;
  unsigned generation = 0;  ///< of its message, unless it is a notification's
};

/// What to do with a message in the dead letter queue.
enum class QueueAction : std::uint8_t {
  remove,          ///< it was replayed or discarded, or a newer message of its event is the dead letter now
  settle,          ///< remove it and close its dead letter: its event was sent, or its notification is still in progress
  keep,            ///< it is a dead letter, or is about to be recorded as one
  keep_undecided,  ///< its notification is being attempted
  record,          ///< keep it and record it as a new dead letter
  republish,       ///< publish it to the main queue once more, to be attempted alone, then remove it
};

/// Who closes what is settled, and why.
inline constexpr std::string_view closed_as_settled = "notifier";
inline constexpr std::string_view settled_reason = "its event was sent, or is carried on by its notification";

/// Whether a message carries the row's event, as it is now or as it was before it was edited.
[[nodiscard]] bool is_of_row(const Message& message, const NotificationRow& row);

/// What to do with a message in the dead letter queue. `known` is the row of its identity and `row` that of its event's
/// notification, if they exist. `row` was read first.
[[nodiscard]] QueueAction queue_action_for(const Message& message, const std::optional<KnownDeadLetter>& known,
                                           const std::optional<NotificationRow>& row);

/// A dead letter as lists show it. Times are RFC 3339 in UTC.
struct DeadLetterSummary {
  std::uint64_t id = 0;
  std::string event_id;  ///< the notification's; for another message what it named, empty if it named none
  std::string event_type;
  std::string recipient;  ///< the notification's; empty: it is of none, or no longer kept
  std::string route;      ///< the notification's; empty: it is of none, or it has none
  std::string reason;
  std::string error;
  unsigned attempt_count = 0;
  unsigned deaths = 0;  ///< how often it has died: more than once after replays
  DeadLetterState state = DeadLetterState::dead;
  std::string died_at;
  std::int64_t died_at_us = 0;  ///< the same, in lists only: microseconds since 1970-01-01 UTC
};

/// A dead letter with everything known about it.
struct DeadLetterRecord {
  DeadLetterSummary summary;
  bool of_notification = false;
  std::string event_timestamp;  ///< of a notification's event
  std::string first_failed_at;  ///< empty: not known
  std::string traceparent;      ///< empty: none
  std::string body;  ///< a notification's payload, JSON; else what was received, valid UTF-8 or not; empty: no longer kept
  std::uint64_t body_bytes = 0;  ///< size of the body as received; more than is kept, if it was too long
  std::string original;          ///< the payload or the body before it was edited; empty: never edited
  std::string closed_at;         ///< when it was last replayed or discarded; empty: never
  std::string closed_by;         ///< name of the key, `command line`, `broker`, `retention` or `notifier`
  std::string discard_reason;
  std::vector<Attempt> attempts;
  unsigned attempts_before_replay = 0;  ///< the first so many were made before its last replay; 0: it was not replayed
};

struct DeadLetterGroup {
  std::string reason;
  std::string error;
  std::uint64_t count = 0;
  std::string oldest;  ///< RFC 3339
  std::string newest;
};

}  // namespace notifier
