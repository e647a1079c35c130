#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
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

/// Which dead letters are meant. What is not set does not matter.
struct DeadLetterFilter {
  DeadLetterState state = DeadLetterState::dead;
  std::string reason;
  std::string error;  ///< a part of the error, case matters
  std::string event_type;
  std::optional<std::chrono::system_clock::time_point> since;  ///< died then or later
  std::optional<std::chrono::system_clock::time_point> until;  ///< died before

  /// Whether it leaves any out but by their state.
  [[nodiscard]] bool has_condition() const {
    return !reason.empty() || !error.empty() || !event_type.empty() || since || until;
  }
};

/// Particular dead letters, or all that match a filter, its `state` being `dead`.
using DeadLetterChoice = std::variant<std::vector<std::uint64_t>, DeadLetterFilter>;

/// A place in a list, newest first: behind the dead letter with this time and id.
struct DeadLetterCursor {
  std::int64_t died_at_us = 0;  ///< microseconds since 1970-01-01 UTC
  std::uint64_t id = 0;
};

/// Behind one of a list.
[[nodiscard]] inline DeadLetterCursor place_of(const DeadLetterSummary& listed) {
  return {.died_at_us = listed.died_at_us, .id = listed.id};
}

struct DeadLetterPage {
  std::vector<DeadLetterSummary> dead_letters;
  std::optional<DeadLetterCursor> next;  ///< none: this was the last page
};

/// Port: the dead letters as operators ask for them, replay and discard them.
///
/// All methods block, for no longer than some seconds, and may be called from any thread. Lists are newest first, with at
/// most `limit` entries. Errors as those of `NotificationRepository`.
class DeadLetterRepository {
 public:
  virtual ~DeadLetterRepository() = default;

  [[nodiscard]] virtual std::expected<DeadLetterPage, RepositoryError> list(const DeadLetterFilter& filter,
                                                                            std::optional<DeadLetterCursor> after,
                                                                            std::size_t limit) = 0;

  /// Those that match, counted by reason and error, most numerous first.
  [[nodiscard]] virtual std::expected<std::vector<DeadLetterGroup>, RepositoryError> group(const DeadLetterFilter& filter,
                                                                                           std::size_t limit) = 0;

  /// How many are chosen and can be replayed now.
  [[nodiscard]] virtual std::expected<std::uint64_t, RepositoryError> count(const DeadLetterChoice& choice) = 0;

  /// Nothing, if there is no such dead letter.
  [[nodiscard]] virtual std::expected<std::optional<DeadLetterRecord>, RepositoryError> find(std::uint64_t id) = 0;

  /// Asks for the replay of those that are chosen and dead now, `rate` a second, 0 without limit. A consuming process
  /// carries it out. Returns the replay's id.
  [[nodiscard]] virtual std::expected<std::uint64_t, RepositoryError> start_replay(const DeadLetterChoice& choice,
                                                                                   unsigned rate,
                                                                                   const std::string& requested_by) = 0;

  /// Puts an edited event in place of a dead letter's, keeps the original, and asks for its replay, all or nothing. Of a
  /// notification's event only payload, recipient and fingerprint are taken; any other message is replaced by the whole
  /// event. Returns the replay's id, nothing if there is no such dead letter or it is not dead.
  [[nodiscard]] virtual std::expected<std::optional<std::uint64_t>, RepositoryError> edit_and_replay(
      std::uint64_t id, const Event& edited, const std::string& requested_by) = 0;

  /// Gives up on those that are chosen and dead. Returns how many.
  [[nodiscard]] virtual std::expected<std::uint64_t, RepositoryError> discard(const DeadLetterChoice& choice,
                                                                              const std::string& reason,
                                                                              const std::string& requested_by) = 0;

  /// Nothing, if there is no such replay.
  [[nodiscard]] virtual std::expected<std::optional<ReplayRecord>, RepositoryError> find_replay(std::uint64_t id) = 0;

  /// What became of each, in the order of the dead letters' ids, those behind `after`.
  [[nodiscard]] virtual std::expected<std::vector<ReplayItem>, RepositoryError> replay_items(std::uint64_t replay_id,
                                                                                             std::uint64_t after,
                                                                                             std::size_t limit) = 0;

  /// Ends a replay: what was not replayed yet stays dead. False if there is no such replay or it has ended.
  [[nodiscard]] virtual std::expected<bool, RepositoryError> cancel_replay(std::uint64_t id) = 0;
};

}  // namespace notifier
