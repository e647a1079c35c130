#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "notifier/notification.hpp"
#include "notifier/notification_row.hpp"

namespace notifier::model {

/// What the model is about: two notifications at most. The first one is an event's own. The other is its further
/// notification, or that of a neighbour which is worked on in the same process.
inline constexpr std::size_t subjects = 2;
inline constexpr std::size_t most_workers = 2;
inline constexpr std::size_t most_copies = 10;

enum class Place : std::uint8_t { nowhere, main_queue, delay_queue, dead_letter_queue };

/// `moved_by_broker`: it came into the dead letter queue without a word from notifier.
enum class Reason : std::uint8_t {
  none,
  retries_exhausted,
  failed_for_good,
  route_gone,
  kills_consumers,
  payload_mismatch,
  moved_by_broker,
};

/// An event's payload as its client sent it, or as an operator edited it.
enum class Body : std::uint8_t { original, edited };

inline constexpr std::uint8_t no_generation = 255;

// As in src/consumer/pipeline.cpp.
inline constexpr unsigned most_begun_alone = 5;

/// A message in a queue, or in the hands of a worker.
struct Copy {
  Place place = Place::nowhere;
  std::uint8_t subject = 0;
  Body body = Body::original;
  std::uint8_t attempt = 0;
  std::uint8_t generation = 0;
  Reason dead_letter = Reason::none;
  std::uint8_t renewals = 0;
  std::uint8_t begun_alone = 0;
  std::uint8_t route = 0;  ///< that it names; 0: none
};

/// `NotificationRow` in few bytes, which `to_domain` and `from_domain` translate. Routes and tokens are numbers; 0 is none.
struct Row {
  std::uint8_t exists = 0;
  NotificationStatus status = NotificationStatus::queued;
  std::uint8_t attempt_count = 0;
  std::uint8_t retries_from = 0;
  std::uint8_t generation = 0;
  std::uint8_t route = 0;
  std::uint8_t fanned_out = 0;
  std::uint8_t lapsed_claims = 0;
  Body body = Body::original;
  std::uint8_t is_edited = 0;  ///< the original's fingerprint is kept beside
  std::uint8_t token = 0;
  std::uint8_t token_is_recorded = 0;
  ClaimState claim = ClaimState::none;
  std::uint8_t claimed_alone = 0;
};

enum class Kept : std::uint8_t { none, dead, replayed, discarded };

/// A row of the dead letters.
struct DeadRow {
  Kept state = Kept::none;
  std::uint8_t attempt_count = 0;
  std::uint8_t generation = 0;
};

/// `replay_is_publishing`: its dead letter is taken, and no confirm of its message is recorded.
struct Database {
  std::array<Row, subjects> rows{};
  std::array<DeadRow, subjects> dead{};    ///< of notifications
  std::array<DeadRow, subjects> buried{};  ///< of messages that the broker moved
  std::uint8_t replay_is_publishing = 0;
};

/// Where a worker is in `Pipeline::process_event`: what it does next.
enum class At : std::uint8_t {
  idle,
  begin_alone,
  ack_begun_alone,  ///< a copy that says so is in a delay queue
  claim,
  be_alone,
  claimed,  ///< looks whether it is alone, in time and fanned out
  attempt,
  publish_retry,
  publish_deferred,
  publish_dead_letter,
  record,
  postpone,
  dead_letter_unattempted,
  ack,
};

/// What an outcome says.
enum class Result : std::uint8_t { none, sent, failed, deferred, died, given_up, given_up_unrouted, given_up_attempted };

/// A delivery under way: one place of a process that consumes.
struct Worker {
  At at = At::idle;
  Copy delivery{};
  std::uint8_t connected = 0;    ///< by what the delivery came; otherwise the broker hands it out again
  std::uint8_t without_tag = 0;  ///< it was begun alone, and is acknowledged: its copy is to come
  std::uint8_t alone = 0;
  std::uint8_t has_fanned_out = 0;
  std::uint8_t overdue = 0;  ///< its claim was over before it looked at the clock
  std::uint8_t token = 0;
  std::uint8_t held = 0;  ///< the token of the claim that it claims again
  std::uint8_t attempt_count = 0;
  std::uint8_t retries_from = 0;
  std::uint8_t generation = 0;
  NotificationStatus status = NotificationStatus::queued;
  std::uint8_t route = 0;
  std::uint8_t fanned_out = 0;
  std::uint8_t lapsed_claims = 0;
  Result result = Result::none;
  Reason reason = Reason::none;
  std::uint8_t configuration = 0;
  std::uint8_t ended_alone = 0;  ///< its process has dealt with what it began alone, and drops the copy
};

/// A statement of claim that is still on its way after its repetition was answered.
struct LateClaim {
  std::uint8_t token = 0;  ///< 0: there is none
  Copy copy{};
  std::uint8_t configuration = 0;  ///< of the consumer that sent it
};

/// What happened to a notification, which nobody in the model knows: only the promises are held against it.
struct Witness {
  std::uint8_t taken = 0;          ///< by the provider
  std::uint8_t sends = 0;          ///< in this round of retries
  std::uint8_t rounds = 0;         ///< that were begun by replays
  std::uint8_t gaps = 0;           ///< faults between a send and its record
  std::uint8_t lost_attempts = 0;  ///< faults that kept an attempt from being counted
  std::uint8_t known_sent = 0;     ///< somebody has told the database
  std::uint8_t made = 0;           ///< a message of it was published
  std::uint8_t purged = 0;         ///< its row, after it was sent
  std::uint8_t all_sends = 0;      ///< in all rounds
  std::uint8_t route = 0;          ///< on which it was sent first, taken or not
};

enum class Violation : std::uint8_t {
  none,
  lost,
  false_sent,
  sent_again,
  sent_again_though_known,
  too_many_attempts,
  replayed_more_than_once,
  dead_unattempted,
  dead_too_soon,
  sent_on_another_route,
  no_fan_out,
  false_mismatch,
  convicted_neighbour,
  kills_without_end,
  sent_and_dead,
  false_attempt,
  too_many_copies,
  never_ends,
};

/// How much may still happen.
struct Budget {
  std::uint8_t faults = 0;
  std::uint8_t replays = 0;
  std::uint8_t moves = 0;
  std::uint8_t edits = 0;
  std::uint8_t repeats = 0;
  std::uint8_t burials = 0;
  std::uint8_t restarts = 0;
};

/// One byte each, so that two states are equal when their bytes are.
struct State {
  Database now{};
  Database before{};  ///< the last commit, for a failover that loses it
  std::array<Copy, most_copies> copies{};
  std::array<Worker, most_workers> workers{};
  LateClaim late{};
  std::array<Witness, subjects> witness{};
  Budget left{};
  std::uint8_t kills = 0;
  std::uint8_t asked_replays = 0;
  Violation violation = Violation::none;

  bool operator==(const State& other) const { return std::memcmp(this, &other, sizeof(State)) == 0; }
};
static_assert(alignof(State) == 1);

}  // namespace notifier::model
