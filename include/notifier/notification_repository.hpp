#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/event.hpp"
#include "notifier/message.hpp"
#include "notifier/notification.hpp"

namespace notifier {

struct RepositoryError {
  enum class Kind : std::uint8_t {
    unavailable,   ///< cannot be reached, or did not answer in time: the same call may work later
    refused,       ///< credentials, rights or schema are wrong: an operator has to act
    invalid_data,  ///< the database rejects a value of this call: repeating it is pointless
  };
  Kind kind = Kind::unavailable;
  std::string detail;  ///< for the log; never holds a secret or a payload
  /// What the database's user lacks, when `refused` for that, for whoever asked: "the database user lacks the right INSERT
  /// on the table 'replays'". Empty: something else.
  std::string missing_right{};
};

/// Identifies one claim. Random, never reused.
using ClaimToken = std::array<std::byte, 16>;

struct ClaimRequest {
  Event event;
  unsigned attempt = 0;                 ///< attempts finished, according to the message
  std::optional<unsigned> generation;   ///< according to the message; nothing: it comes from a notifier that knew of none
  bool replay = false;                  ///< the message is a dead letter that somebody moved back to the main queue
  std::string route;                    ///< the notification's if its row has none; empty: none
  bool is_further = false;              ///< a further notification of its event: it leads to no others
  bool alone = false;                   ///< nothing else is under way in this process
  std::optional<unsigned> max_retries;  ///< of its route; nothing: those of the call's terms
  std::optional<ClaimToken> held;       ///< claim again what was claimed under this token, under a new one
  /// The token to claim under; nothing, if nothing is held: the call's. A caller that chooses one and keeps it when it
  /// repeats the call recognizes its own claim after the answer to an earlier call was lost, or after that call failed
  /// half-way.
  std::optional<ClaimToken> token;
  std::string traceparent;
};

/// A claim to prolong.
struct HeldClaim {
  std::string event_id;
  ClaimToken token{};
};

struct ClaimTerms {
  std::chrono::milliseconds duration{0};  ///< by the database's clock
  unsigned max_retries = 0;               ///< no claim leaves a notification without an attempt because of a message's count
};

enum class ClaimVerdict : std::uint8_t {
  ours,               ///< claimed: attempt it
  done,               ///< sent, or dead-lettered and not replayed: nothing to do
  stale,              ///< the message is behind the row: another copy carries on
  claimed_elsewhere,  ///< another claim is live
  payload_mismatch,   ///< the id belongs to an event with another type, timestamp or payload; the row was not touched
};

/// As long as nothing is known about the row, somebody else may have it: it is to be looked at again.
struct ClaimAnswer {
  ClaimVerdict verdict = ClaimVerdict::claimed_elsewhere;
  unsigned attempt_count = 0;              ///< attempts finished; the row caught up with a message that was ahead of it
  unsigned retries_from = 0;               ///< the attempt count at which this round of retries began
  unsigned generation = 0;                 ///< outcomes recorded and replays
  std::chrono::milliseconds remaining{0};  ///< of the other claim, when `claimed_elsewhere`
  NotificationStatus status = NotificationStatus::queued;  ///< of the row
  std::string route;           ///< the notification's; empty: there are no routes, or none took its type
  bool fanned_out = false;     ///< no further notifications are to be made from its event
  unsigned lapsed_claims = 0;  ///< claims without an outcome since the last one
};

struct Claims {
  ClaimToken token{};                ///< of the requests that have none of their own
  std::vector<ClaimAnswer> answers;  ///< one for each request, in its order
};

/// What a dead letter's row keeps of its message besides the event.
struct DeadLetterDetails {
  std::string reason;
  std::string traceparent;
  std::string first_failed_at;
};

/// What a sender's answer led to. `status` is `sent`, `failed_retrying` or `failed_dlq`; without an attempt it may also be
/// `queued`, if it was that before.
struct Outcome {
  std::string event_id;
  Fingerprint fingerprint{};  ///< of the event that was attempted
  ClaimToken token{};
  NotificationStatus status = NotificationStatus::sent;
  std::string error;                             ///< empty when sent
  bool attempted = true;                         ///< false: given up or deferred without an attempt, none is counted
  std::chrono::microseconds duration{0};         ///< of the attempt
  std::chrono::milliseconds next_attempt_in{0};  ///< when `queued` or `failed_retrying`
  std::vector<Send> sends{};                     ///< of the attempt
  bool fanned_out = true;                        ///< false: no attempt, since no route took its type: a replay fans out
  DeadLetterDetails death{};                     ///< when `failed_dlq`
};

enum class RecordVerdict : std::uint8_t {
  recorded,
  overtaken,  ///< the claim lapsed and somebody else has claimed since: nothing was recorded but that it was sent
};

/// A notification that nobody is working on and no queue seems to hold.
struct StuckNotification {
  std::string event_id;
  std::string event_type;
  std::string timestamp;
  std::string payload;  ///< JSON text
  unsigned attempt_count = 0;
  unsigned generation = 0;
  std::string route;          ///< empty: none
  Fingerprint fingerprint{};  ///< of the event; that of `payload`, unless the database has rewritten its JSON
  std::string traceparent;
  std::string first_failed_at;  ///< RFC 3339; empty: it has not failed
};

/// How many bytes of large events one call hands over, give or take one event.
inline constexpr std::size_t most_bytes_taken = 4UL * 1024 * 1024;

/// Port: the rows of notifications and their attempts.
///
/// All methods block, for a few seconds at most, and may be called from any thread. They wait for a free connection,
/// reconnect by themselves, and retry what a deadlock undid. Times are the database's own. An error means that nothing is
/// known to have changed; every call may be repeated unchanged.
class NotificationRepository {
 public:
  virtual ~NotificationRepository() = default;

  /// Brings the schema up to date, one process at a time. Returns the names of the migrations that it applied.
  /// A schema newer than this program is `refused`.
  [[nodiscard]] virtual std::expected<std::vector<std::string>, RepositoryError> migrate() = 0;

  /// Inserts the rows that are new and claims those that are free: `QUEUED` or `FAILED_RETRYING`, or `FAILED_DLQ` with
  /// `replay` (which then becomes `QUEUED` and starts a new round of retries), without a live claim, and not ahead of the
  /// message. notification_row.hpp says what a claim changes. The event ids of one call are distinct.
  [[nodiscard]] virtual std::expected<Claims, RepositoryError> claim(std::span<const ClaimRequest> requests,
                                                                     const ClaimTerms& terms) = 0;

  /// Extends claims to `duration` from now. What has an outcome, or has been claimed by somebody else since, is left alone.
  [[nodiscard]] virtual std::expected<void, RepositoryError> prolong_claims(std::span<const HeldClaim> claims,
                                                                            std::chrono::milliseconds duration) = 0;

  /// Records what attempts led to and ends their claims, each only if nobody else has claimed since; whether the claim has
  /// expired does not matter. What was sent is recorded as sent even if somebody has, unless it has died. Attempts are kept
  /// with their time, error and sends. Answers in the order of `outcomes`.
  [[nodiscard]] virtual std::expected<std::vector<RecordVerdict>, RepositoryError> record_outcomes(
      std::span<const Outcome> outcomes) = 0;

  /// Keeps dead letters that belong to no notification: unreadable bodies, ids that belong to another event, and whatever
  /// the broker itself gave up on. Each has `dead_letter`. Recording the same message again leaves one dead letter.
  [[nodiscard]] virtual std::expected<void, RepositoryError> record_dead_messages(std::span<const Message> messages) = 0;

  /// Nothing, if there is no such row.
  [[nodiscard]] virtual std::expected<std::optional<NotificationRecord>, RepositoryError> find(
      std::string_view event_id) = 0;

  /// Up to `limit` rows in `QUEUED` or `FAILED_RETRYING` without a live claim, unchanged for at least `idle` and, if they
  /// wait for a next attempt, due at least `idle` ago; oldest first, and fewer when their payloads exceed
  /// `most_bytes_taken`. Taking them counts as a change, so that no two callers get the same ones within `idle`.
  [[nodiscard]] virtual std::expected<std::vector<StuckNotification>, RepositoryError> take_stuck(
      std::chrono::milliseconds idle, std::size_t limit) = 0;

  /// Whether the database answers and has the schema.
  [[nodiscard]] virtual std::expected<void, RepositoryError> ping() = 0;

  /// Whether it accepts writes too. Changes nothing.
  [[nodiscard]] virtual std::expected<void, RepositoryError> ping_writing() = 0;

  /// Likewise, up to the commit, which some databases hold back until others agree. Leaves nothing behind, and costs as much
  /// as a write.
  [[nodiscard]] virtual std::expected<void, RepositoryError> ping_committing() { return ping_writing(); }
};

}  // namespace notifier
