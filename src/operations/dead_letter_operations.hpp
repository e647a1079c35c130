#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/event_schema.hpp"
#include "notifier/dead_letter_repository.hpp"

namespace notifier {

// What operators do with dead letters and replays, over HTTP and in a shell alike. All functions block as the port does, and
// may be called from any thread.

/// How many groups a summary shows: the most numerous ones.
inline constexpr std::size_t most_dead_letter_groups = 1000;

/// Why nothing was done.
enum class NotDone : std::uint8_t {
  no_such_dead_letter,
  several_dead_letters,  ///< name the event that was given
  not_dead,              ///< it was replayed or discarded
  no_such_replay,
  replay_has_ended,
};

/// Why, of a thing that is named elsewhere: "there is no such dead letter".
[[nodiscard]] std::string_view words_of(NotDone why);

/// The same, or an edited text was refused, or the database failed.
using OperationError = std::variant<NotDone, InvalidEvent, RepositoryError>;

struct ReplayPreview {
  std::uint64_t count = 0;                ///< how many would be replayed
  std::vector<DeadLetterSummary> sample;  ///< a few of them: for a filter the newest, for ids the first
};

/// `{"count", "sample"}`.
[[nodiscard]] std::string to_json(const ReplayPreview& preview);

[[nodiscard]] std::expected<ReplayPreview, RepositoryError> preview_replay(DeadLetterRepository& repository,
                                                                           const DeadLetterChoice& choice);

[[nodiscard]] std::expected<DeadLetterRecord, OperationError> find_dead_letter(DeadLetterRepository& repository,
                                                                               std::uint64_t id);

/// Requests the replay of one, without a rate limit. Returns the replay's id.
[[nodiscard]] std::expected<std::uint64_t, OperationError> replay_one(DeadLetterRepository& repository, std::uint64_t id,
                                                                      const std::string& requested_by);

/// Replaces one with what `edited_event` makes of the text, and requests its replay. Returns the replay's id. The text is
/// looked at only if the dead letter is dead.
[[nodiscard]] std::expected<std::uint64_t, OperationError> edit_one(DeadLetterRepository& repository, std::uint64_t id,
                                                                    std::string_view text, const std::string& requested_by);

/// Discards one. Returns how many were discarded: 0 if somebody else was faster.
[[nodiscard]] std::expected<std::uint64_t, OperationError> discard_one(DeadLetterRepository& repository, std::uint64_t id,
                                                                       const std::string& reason,
                                                                       const std::string& requested_by);

/// Takes a line of NDJSON, its end included, and says whether it wants more.
using TakeLine = std::function<bool(const std::string& line)>;

/// Hands over whole dead letters, newest first, starting after `after`, until no more are wanted or `limit` were read.
/// Returns where to go on; nothing: that was all.
[[nodiscard]] std::expected<std::optional<DeadLetterCursor>, RepositoryError> export_lines(
    DeadLetterRepository& repository, const DeadLetterFilter& filter, std::optional<DeadLetterCursor> after,
    std::size_t limit, const TakeLine& take);

[[nodiscard]] std::expected<ReplayRecord, OperationError> find_replay(DeadLetterRepository& repository, std::uint64_t id);

/// Ends a running replay: what has not been replayed yet stays dead.
[[nodiscard]] std::expected<void, OperationError> end_replay(DeadLetterRepository& repository, std::uint64_t id);

}  // namespace notifier
