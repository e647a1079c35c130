#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "notifier/dead_letter.hpp"
#include "notifier/event.hpp"
#include "notifier/notification_repository.hpp"
#include "notifier/replay.hpp"

namespace notifier {

/// Which dead letters are meant. Unset members do not matter.
struct DeadLetterFilter {
  DeadLetterState state = DeadLetterState::dead;
  std::string reason;
  std::string error;  ///< part of the error, case-sensitive
  std::string event_type;
  std::optional<std::chrono::system_clock::time_point> since;  ///< died then or later
  std::optional<std::chrono::system_clock::time_point> until;  ///< died before

  /// Whether it filters on anything but the state.
  [[nodiscard]] bool has_condition() const {
    return !reason.empty() || !error.empty() || !event_type.empty() || since || until;
  }
};

/// Particular dead letters, or all that match a filter whose `state` is `dead`.
using DeadLetterChoice = std::variant<std::vector<std::uint64_t>, DeadLetterFilter>;

/// A position in a list, newest first: right after the dead letter with this time and id.
struct DeadLetterCursor {
  std::int64_t died_at_us = 0;  ///< microseconds since 1970-01-01 UTC
  std::uint64_t id = 0;
};

/// The position right after a listed one.
[[nodiscard]] inline DeadLetterCursor place_of(const DeadLetterSummary& listed) {
  return {.died_at_us = listed.died_at_us, .id = listed.id};
}

struct DeadLetterPage {
  std::vector<DeadLetterSummary> dead_letters;
  std::optional<DeadLetterCursor> next;  ///< none: this was the last page
};

/// Of the dead letters that name one event, those that are alike: dead or not, and the event's notification or not.
struct DeadLettersOfEvent {
  std::string event_id;
  bool are_dead = false;
  bool of_notification = false;  ///< then it is one
  std::uint64_t count = 0;
  std::uint64_t newest = 0;  ///< its id
};

/// Port: dead letters as operators look them up, replay and discard them.
///
/// All methods block, for a few seconds at most, and may be called from any thread. Lists are newest first, with at most
/// `limit` entries. Errors are those of `NotificationRepository`.
class DeadLetterRepository {
 public:
  virtual ~DeadLetterRepository() = default;

  [[nodiscard]] virtual std::expected<DeadLetterPage, RepositoryError> list(const DeadLetterFilter& filter,
                                                                            std::optional<DeadLetterCursor> after,
                                                                            std::size_t limit) = 0;

  /// Counts those that match by reason and error, most numerous first.
  [[nodiscard]] virtual std::expected<std::vector<DeadLetterGroup>, RepositoryError> group(const DeadLetterFilter& filter,
                                                                                           std::size_t limit) = 0;

  /// How many of those chosen can be replayed now.
  [[nodiscard]] virtual std::expected<std::uint64_t, RepositoryError> count(const DeadLetterChoice& choice) = 0;

  /// Nothing, if there is no such dead letter.
  [[nodiscard]] virtual std::expected<std::optional<DeadLetterRecord>, RepositoryError> find(std::uint64_t id) = 0;

  /// The states of those of them that there are, by their ids.
  [[nodiscard]] virtual std::expected<std::map<std::uint64_t, DeadLetterState>, RepositoryError> states(
      const std::vector<std::uint64_t>& ids) = 0;

  /// Those that name one of these events, whose ids are valid.
  [[nodiscard]] virtual std::expected<std::vector<DeadLettersOfEvent>, RepositoryError> of_events(
      const std::vector<std::string>& event_ids) = 0;

  /// Requests a replay of those that are chosen and dead now, at `rate` a second; 0: no limit. A consuming process carries
  /// it out. Returns the replay's id.
  [[nodiscard]] virtual std::expected<std::uint64_t, RepositoryError> start_replay(const DeadLetterChoice& choice,
                                                                                   unsigned rate,
                                                                                   const std::string& requested_by) = 0;

  /// Replaces a dead letter's event with an edited one, keeps the original, and requests its replay, all or nothing. For a
  /// notification only the event's payload, recipient and fingerprint are taken; any other message is replaced by the whole
  /// event. Returns the replay's id, or nothing if there is no such dead letter or it is not dead.
  [[nodiscard]] virtual std::expected<std::optional<std::uint64_t>, RepositoryError> edit_and_replay(
      std::uint64_t id, const Event& edited, const std::string& requested_by) = 0;

  /// Gives up on those that are chosen and dead. Returns how many.
  [[nodiscard]] virtual std::expected<std::uint64_t, RepositoryError> discard(const DeadLetterChoice& choice,
                                                                              const std::string& reason,
                                                                              const std::string& requested_by) = 0;

  /// Nothing, if there is no such replay.
  [[nodiscard]] virtual std::expected<std::optional<ReplayRecord>, RepositoryError> find_replay(std::uint64_t id) = 0;

  /// What became of each, in the order of the dead letters' ids, starting after `after`.
  [[nodiscard]] virtual std::expected<std::vector<ReplayItem>, RepositoryError> replay_items(std::uint64_t replay_id,
                                                                                             std::uint64_t after,
                                                                                             std::size_t limit) = 0;

  /// Ends a replay: what has not been replayed yet stays dead. False if there is no such replay or it has already ended.
  [[nodiscard]] virtual std::expected<bool, RepositoryError> cancel_replay(std::uint64_t id) = 0;
};

}  // namespace notifier
