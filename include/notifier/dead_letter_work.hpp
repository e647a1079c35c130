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
  unsigned rate = 0;  ///< dead letters a second; 0: as fast as it goes
};

/// A dead letter whose message is to be published to the main queue.
struct DueReplay {
  std::uint64_t dead_letter_id = 0;
  Message message;  ///< without `dead_letter`; with the attempts that its notification has made
};

/// Port: what a consuming process does about dead letters that operators have replayed or discarded.
///
/// All methods block, for no longer than some seconds, and may be called from any thread. Errors as those of
/// `NotificationRepository`.
class DeadLetterWork {
 public:
  virtual ~DeadLetterWork() = default;

  /// Whether `holder` is the one to do this work for `duration` from now: it has been so already, or nobody is. All ask for
  /// the same duration; what another one seems to hold for more than twice of it comes of a clock that was set back, and is
  /// void.
  [[nodiscard]] virtual std::expected<bool, RepositoryError> hold(const ClaimToken& holder,
                                                                  std::chrono::milliseconds duration) = 0;

  /// The replays that go on, oldest first.
  [[nodiscard]] virtual std::expected<std::vector<RunningReplay>, RepositoryError> running_replays() = 0;

  /// The next dead letters of a replay, `limit` at most, and fewer when they have more than `most_bytes_taken`. Each that is
  /// still as it was when its replay was asked for is dead no more from now on, and a notification is `QUEUED` with a new
  /// round of retries; the others are skipped. Those that were taken before and not finished, by a process that has ended,
  /// come first.
  [[nodiscard]] virtual std::expected<std::vector<DueReplay>, RepositoryError> take_due(std::uint64_t replay_id,
                                                                                        std::size_t limit) = 0;

  /// The broker has confirmed their messages. Ends the replay when nothing of it is left.
  [[nodiscard]] virtual std::expected<void, RepositoryError> finish(std::uint64_t replay_id,
                                                                    std::span<const DueReplay> published) = 0;

  /// Whether the dead letter queue may hold messages of dead letters that are dead no more.
  [[nodiscard]] virtual std::expected<bool, RepositoryError> has_messages_to_remove() = 0;

  /// What is to become of each of these messages of the dead letter queue, which have `dead_letter`. Those whose death is
  /// new are kept as dead letters, and the dead letters of those that are settled are closed.
  [[nodiscard]] virtual std::expected<std::vector<QueueAction>, RepositoryError> decide(
      std::span<const Message> messages) = 0;

  /// A pass over the whole queue that began `ago` has removed all that it may.
  [[nodiscard]] virtual std::expected<void, RepositoryError> note_removal(std::chrono::milliseconds ago) = 0;
};

}  // namespace notifier
