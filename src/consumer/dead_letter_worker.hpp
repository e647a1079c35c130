#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/rate_limit.hpp"
#include "consumer/housekeeping_state.hpp"
#include "consumer/leased_thread.hpp"
#include "notifier/broker.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/dead_letter_work.hpp"

namespace notifier {

/// Carries out replays, and removes the messages of dead letters that are no longer dead from their queue. When a process
/// ends, another takes over within seconds.
class DeadLetterWorker {
 public:
  /// The ports outlive it.
  DeadLetterWorker(Broker& broker, DeadLetterWork& work);

  /// See `LeasedThread`.
  void start() { thread_.start(); }
  void begin_stop() { thread_.begin_stop(); }
  void stop() { thread_.stop(); }

  /// What it cannot do now. Any thread.
  [[nodiscard]] std::optional<PartFault> fault() const { return state_.fault(); }

 private:
  using Clock = std::chrono::steady_clock;

  void run(const std::stop_token& stop);
  [[nodiscard]] bool hold_on();
  void tell_state();

  void replay(const std::stop_token& stop);
  [[nodiscard]] bool replay_some(const RunningReplay& replay);
  [[nodiscard]] RateLimit& rate_of(const RunningReplay& replay);
  [[nodiscard]] std::vector<DueReplay> publish(std::vector<DueReplay> due);
  [[nodiscard]] std::vector<bool> publish_confirmed(std::vector<Message> messages);

  void remove_messages(const std::stop_token& stop);
  [[nodiscard]] std::optional<std::vector<bool>> select_removable(std::span<const Message> messages);
  void republish(std::span<const Message> messages, std::span<const QueueAction> actions, std::vector<bool>& removable);

  Broker& broker_;
  DeadLetterWork& work_;
  HousekeepingState state_{"dead_letters"};

  // Of the thread alone.
  std::map<std::uint64_t, RateLimit> rates_;  ///< of the running replays
  std::size_t replay_batch_;                  ///< how many dead letters are asked for at once
  bool queue_scanned_ = false;                ///< the queue has been gone through since this process got the work
  Clock::time_point next_pass_at_{};
  Clock::time_point next_full_scan_{};
  std::optional<Clock::time_point> complete_pass_began_at_;
  std::size_t republished_in_pass_ = 0;  ///< messages that this pass has published once more
  bool leaves_undecided_ = false;        ///< this pass has left messages that a later one will not
  std::chrono::milliseconds interval_{0};
  std::optional<RepositoryError> replay_failure_;   ///< of this turn
  std::optional<RepositoryError> removal_failure_;  ///< of the last pass: not each turn makes one

  LeasedThread thread_;  // uses all of the above
};

}  // namespace notifier
