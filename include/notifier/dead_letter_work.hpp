#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "notifier/dead_letter.hpp"
#include "notifier/message.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier {

struct RunningReplay {
  std::uint64_t id = 0;
  unsigned rate = 0;  ///< dead letters a second; 0: as fast as possible
};

/// A dead letter whose message is to be published to the main queue.
struct DueReplay {
  std::uint64_t dead_letter_id = 0;
  Message message;  ///< without `dead_letter`; with the attempts that its notification has made
};

/// Port: what a consuming process does with dead letters that operators have replayed or discarded.
///
/// All methods block, for a few seconds at most, and may be called from any thread. Errors are those of
/// `NotificationRepository`.
class DeadLetterWork {
 public:
  virtual ~DeadLetterWork() = default;

  /// Whether `holder` has the lease on this work for `duration` from now: it had it already, or nobody has it. All ask for
  /// the same duration; a lease that another one seems to hold for more than twice that comes from a clock that was set
  /// back, and is void.
  [[nodiscard]] virtual std::expected<bool, RepositoryError> hold(const ClaimToken& holder,
                                                                  std::chrono::milliseconds duration) = 0;

  /// The running replays, oldest first.
  [[nodiscard]] virtual std::expected<std::vector<RunningReplay>, RepositoryError> running_replays() = 0;

  /// Takes the next dead letters of a replay, `limit` at most, and fewer when they exceed `most_bytes_taken`. Each that is
  /// still as it was when its replay was requested is no longer dead from now on, and a notification is `QUEUED` with a new
  /// round of retries; the others are skipped. Those that a process took and did not finish before it ended come first.
  [[nodiscard]] virtual std::expected<std::vector<DueReplay>, RepositoryError> take_due(std::uint64_t replay_id,
                                                                                        std::size_t limit) = 0;

  /// Notes that the broker has confirmed their messages. Ends the replay when nothing of it is left.
  [[nodiscard]] virtual std::expected<void, RepositoryError> finish(std::uint64_t replay_id,
                                                                    std::span<const DueReplay> published) = 0;

  /// Whether the dead letter queue may hold messages of dead letters that are no longer dead.
  [[nodiscard]] virtual std::expected<bool, RepositoryError> has_messages_to_remove() = 0;

  /// Decides what to do with each of these messages of the dead letter queue, which have `dead_letter`. Those whose death is
  /// new are kept as dead letters, and the dead letters of settled ones are closed.
  [[nodiscard]] virtual std::expected<std::vector<QueueAction>, RepositoryError> decide(
      std::span<const Message> messages) = 0;

  /// Notes that a pass over the whole queue, begun `ago`, has removed everything that it may.
  [[nodiscard]] virtual std::expected<void, RepositoryError> note_removal(std::chrono::milliseconds ago) = 0;
};

}  // namespace notifier
