#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "notifier/event.hpp"
#include "notifier/notification_repository.hpp"

/// The delivery protocol as pure functions of a row: what a claim, an outcome and a replay make of it. Adapters of
/// `NotificationRepository` do the same in their database, each under a lock on the row.
namespace notifier {

enum class ClaimState : std::uint8_t {
  none,
  live,
  lapsed,  ///< its time is over, and no outcome was recorded under it
};

/// The part of a row that the protocol reads and writes.
struct NotificationRow {
  NotificationStatus status = NotificationStatus::queued;
  unsigned attempt_count = 0;
  unsigned retries_from = 0;
  unsigned generation = 0;     ///< outcomes recorded and replays: a message that knows of fewer is stale
  std::string route;           ///< empty: there were no routes when it was first claimed, or none took its type
  bool fanned_out = false;     ///< the further notifications of its event have been published, or it is one
  unsigned lapsed_claims = 0;  ///< since the last outcome
  Fingerprint fingerprint{};
  std::optional<Fingerprint> original_fingerprint;  ///< before its payload was edited
  ClaimToken token{};                               ///< of the last claim; `recorded_token` of it once its outcome is there
  ClaimState claim = ClaimState::none;
  bool claimed_alone = false;
  std::chrono::milliseconds claimed_for{0};  ///< what is left of a live claim
};

/// After this many claims without an outcome, a notification is suspected of ending its consumers: it is to be attempted
/// alone.
inline constexpr unsigned suspect_lapses = 3;

/// Connections and processes come and go. A message that was published anew this often because it came back unattempted may
/// be what ends them: it is begun alone.
inline constexpr unsigned suspect_renewals = 2;

/// What the broker gives up on is published once more until it has been published anew this often. Before that, the broker's
/// giving up says nothing about a message: while a broker takes no publishes, lost connections alone cause it.
inline constexpr unsigned most_renewals = 10;

/// Whether an attempt has to be alone in its process: then only it can be what ends the process.
[[nodiscard]] bool is_suspect(unsigned lapsed_claims);

/// Whether it has ended its process while alone so often that it is given up. Claims that lapsed alongside others never lead
/// to this.
[[nodiscard]] bool ends_its_consumers(unsigned lapsed_claims);

/// A random token, never one that `recorded_token` makes. Throws std::runtime_error when the system has no randomness to
/// give.
[[nodiscard]] ClaimToken new_claim_token();

/// The token under which a request claims: its own, if it has one, otherwise `token`, that of the call.
[[nodiscard]] const ClaimToken& token_of(const ClaimRequest& request, const ClaimToken& token);

/// What recording an outcome leaves in place of its claim's token, so that a claim that arrives late, after its own
/// repetition was claimed and recorded, finds nothing of its own.
[[nodiscard]] ClaimToken recorded_token(ClaimToken token);

/// The row that a claim inserts.
[[nodiscard]] NotificationRow new_row(const ClaimRequest& request, const ClaimToken& token, unsigned max_retries);

/// Claims the row if it is free, and says what came of it. A repetition, with the same token, changes nothing.
[[nodiscard]] ClaimAnswer claim(NotificationRow& row, const ClaimRequest& request, const ClaimToken& token,
                                unsigned max_retries);

/// What came of a claim, judged by the row that it left.
[[nodiscard]] ClaimAnswer judge_claim(const ClaimRequest& request, const ClaimToken& token, const NotificationRow& row);

/// Whether the claim of that token is the row's last one and has no outcome, even if it has lapsed: it may be prolonged.
[[nodiscard]] bool is_held(const NotificationRow& row, const ClaimToken& token);

/// Records an outcome if nobody has claimed since; that it was sent even if somebody has, unless the row is final.
[[nodiscard]] RecordVerdict record(NotificationRow& row, const Outcome& outcome);

/// Has a dead notification attempted again, in a new round of retries.
void queue_again(NotificationRow& row);

/// `error` as it is stored: valid UTF-8 of at most 2 KiB.
[[nodiscard]] std::string storable_error(std::string_view error);

}  // namespace notifier
