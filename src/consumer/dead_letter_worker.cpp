#include "consumer/dead_letter_worker.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "consumer/pause.hpp"
#include "notifier/log.hpp"
#include "notifier/notification_row.hpp"

namespace notifier {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds dead_letter_lease = 10s;
constexpr std::chrono::milliseconds idle_interval = 500ms;
constexpr std::chrono::milliseconds busy_interval = 100ms;  ///< while a replay goes on
constexpr std::size_t largest_replay_batch = 200;
constexpr std::size_t smallest_replay_batch = 16;

/// A pass hands every dead letter out once and takes it back, so it gets only part of the time.
constexpr int rest_per_pass = 5;
constexpr std::chrono::milliseconds shortest_rest = 1s;
constexpr std::chrono::milliseconds longest_pass = 5min;

/// Each is attempted alone, which holds everything else up.
constexpr std::size_t max_republished_in_pass = 100;

/// What the broker itself has moved into the queue has no row until a pass finds it there.
constexpr std::chrono::milliseconds full_scan_interval = 10min;

std::size_t bytes_of(const std::vector<DueReplay>& due) {
  std::size_t bytes = 0;
  for (const DueReplay& one : due) bytes += one.message.body.size();
  return bytes;
}

}  // namespace

DeadLetterWorker::DeadLetterWorker(Broker& broker, DeadLetterWork& work)
    : broker_{broker},
      work_{work},
      replay_batch_{largest_replay_batch},
      thread_{work, [this](const std::stop_token& stop) { run(stop); }} {}

void DeadLetterWorker::run(const std::stop_token& stop) {
  do {
    interval_ = idle_interval;
    if (broker_.state() != BrokerState::ready) continue;
    replay_failure_.reset();
    if (hold_on()) {
      replay(stop);
      remove_messages(stop);
    } else {
      removal_failure_.reset();
    }
    tell_state();
  } while (pause(stop, interval_));
}

/// Whoever had the work in between may have left messages in the queue.
bool DeadLetterWorker::hold_on() {
  if (!thread_.hold(dead_letter_lease)) queue_scanned_ = false;
  return thread_.holds();
}

void DeadLetterWorker::tell_state() {
  if (thread_.failure()) return state_.note_failure(*thread_.failure());
  if (replay_failure_) return state_.note_failure(*replay_failure_);
  if (removal_failure_) return state_.note_failure(*removal_failure_);
  state_.note_success();
}

void DeadLetterWorker::replay(const std::stop_token& stop) {
  const auto replays = work_.running_replays();
  if (!replays) {
    replay_failure_ = replays.error();
    return;
  }
  std::erase_if(rates_, [&](const auto& rate) {
    return std::ranges::find(*replays, rate.first, &RunningReplay::id) == replays->end();
  });
  if (!replays->empty()) interval_ = busy_interval;
  for (const RunningReplay& replay : *replays) {
    while (!stop.stop_requested() && replay_some(replay) && hold_on()) {
    }
  }
}

/// True when there may be more to do at once.
bool DeadLetterWorker::replay_some(const RunningReplay& replay) {
  RateLimit& rate = rate_of(replay);
  const auto now = Clock::now();
  const std::size_t limit = rate.available(now, replay_batch_);
  if (limit == 0) return false;
  auto due = work_.take_due(replay.id, limit);
  if (!due) {
    replay_failure_ = due.error();
    return false;
  }
  rate.acquire(now, due->size());
  const std::size_t taken = due->size();
  // Of large ones fewer come back than were asked for, though the database looks at each.
  replay_batch_ = bytes_of(*due) < most_bytes_taken ? largest_replay_batch
                                                    : std::clamp(2 * taken, smallest_replay_batch, largest_replay_batch);
  const std::vector<DueReplay> published = publish(std::move(*due));
  if (const auto finished = work_.finish(replay.id, published); !finished) {
    replay_failure_ = finished.error();
    return false;
  }
  if (!published.empty()) log::info("dead letters replayed", {{"replay", replay.id}, {"dead_letters", published.size()}});
  return taken > 0 && published.size() == taken;
}

/// No more than a second's worth accumulates while nothing can be done.
RateLimit& DeadLetterWorker::rate_of(const RunningReplay& replay) {
  return rates_.try_emplace(replay.id, replay.rate, 1s, Clock::now()).first->second;
}

/// Those that the broker has confirmed. The others are taken again in the next turn.
std::vector<DueReplay> DeadLetterWorker::publish(std::vector<DueReplay> due) {
  std::vector<Message> messages;
  messages.reserve(due.size());
  for (const DueReplay& replay : due) messages.push_back(replay.message);
  const std::vector<bool> confirmed = publish_confirmed(std::move(messages));
  std::vector<DueReplay> published;
  for (std::size_t index = 0; index < due.size(); ++index) {
    if (confirmed[index]) published.push_back(std::move(due[index]));
  }
  return published;
}

/// To the main queue. Whether the broker has confirmed each.
std::vector<bool> DeadLetterWorker::publish_confirmed(std::vector<Message> messages) {
  std::vector<std::future<std::expected<void, PublishError>>> confirms;
  for (Message& message : messages) {
    std::promise<std::expected<void, PublishError>> confirm;
    confirms.push_back(confirm.get_future());
    broker_.publish(
        std::move(message), {.queue = Destination::Queue::main},
        [confirm = std::move(confirm)](std::expected<void, PublishError> result) mutable { confirm.set_value(result); });
  }
  std::vector<bool> confirmed;
  confirmed.reserve(confirms.size());
  for (auto& confirm : confirms) confirmed.push_back(confirm.get().has_value());
  return confirmed;
}

void DeadLetterWorker::remove_messages(const std::stop_token& stop) {
  const auto begun_at = Clock::now();
  if (begun_at < next_pass_at_) return;
  removal_failure_.reset();
  const auto due = work_.has_messages_to_remove();
  if (!due) removal_failure_ = due.error();
  if (!due || (queue_scanned_ && !*due && begun_at < next_full_scan_)) return;
  republished_in_pass_ = 0;
  leaves_undecided_ = false;
  const auto pass = broker_.remove_dead_letters(
      [this](std::span<const Message> messages) { return select_removable(messages); }, stop, longest_pass);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun_at);
  next_pass_at_ = Clock::now() + std::max(rest_per_pass * took, shortest_rest);
  if (!pass) return;
  if (pass->removed > 0) log::info("messages removed from the dead letter queue", {{"messages", pass->removed}});
  if (leaves_undecided_) queue_scanned_ = false;
  if (!pass->complete || leaves_undecided_) return;
  queue_scanned_ = true;
  next_full_scan_ = Clock::now() + full_scan_interval;
  // Anybody who looks at the queue with the broker's own tools holds messages for a moment, and a pass does not see them:
  // what two passes have looked for is gone.
  if (const auto previous = std::exchange(complete_pass_began_at_, begun_at)) {
    const auto ago = std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - *previous);
    if (const auto noted = work_.note_removal(ago); !noted) {
      removal_failure_ = noted.error();
      queue_scanned_ = false;
    }
  }
}

std::optional<std::vector<bool>> DeadLetterWorker::select_removable(std::span<const Message> messages) {
  if (!hold_on()) return std::nullopt;
  const auto actions = work_.decide(messages);
  if (!actions) {
    removal_failure_ = actions.error();
    return std::nullopt;
  }
  std::vector<bool> removable;
  for (const QueueAction action : *actions) {
    removable.push_back(action == QueueAction::remove || action == QueueAction::settle);
    if (action == QueueAction::keep_undecided) leaves_undecided_ = true;
  }
  republish(messages, *actions, removable);
  return removable;
}

/// A crash before a message is removed leaves two copies, of which the claim lets one through.
void DeadLetterWorker::republish(std::span<const Message> messages, std::span<const QueueAction> actions,
                                 std::vector<bool>& removable) {
  std::vector<std::size_t> indices;
  std::vector<Message> published;
  for (std::size_t index = 0; index < messages.size(); ++index) {
    if (actions[index] != QueueAction::republish) continue;
    if (republished_in_pass_ == max_republished_in_pass) {
      leaves_undecided_ = true;
      break;
    }
    ++republished_in_pass_;
    indices.push_back(index);
    Message& message = published.emplace_back(messages[index]);
    message.dead_letter.reset();
    message.renewals = std::max(message.renewals + 1, suspect_renewals);
  }
  const std::vector<bool> confirmed = publish_confirmed(std::move(published));
  for (std::size_t number = 0; number < indices.size(); ++number) {
    removable[indices[number]] = confirmed[number];
    if (!confirmed[number]) leaves_undecided_ = true;
  }
  if (!indices.empty()) {
    log::warn("messages that the broker gave up are attempted once more, alone", {{"messages", indices.size()}});
  }
}

}  // namespace notifier
