#include "model/changes.hpp"

namespace notifier::model {
namespace {

/// A replay takes one dead letter at a time here. Which one is told by a number: first those of notifications.
constexpr std::uint8_t number_of_dead_letter(std::uint8_t subject, bool is_buried) {
  return static_cast<std::uint8_t>(1 + subject + (is_buried ? subjects : 0));
}

/// `take_due`: its notification is queued again, and its message published after that.
void replay(const World& world, const State& state, std::uint8_t subject, Steps& steps) {
  if (state.left.replays == 0 || state.now.replay_is_publishing != 0) return;
  const Row& row = state.now.rows[subject];
  const bool is_dead = row.exists != 0 && row.status == NotificationStatus::failed_dlq;
  if (state.now.dead[subject].state != Kept::dead || !is_dead) return;
  State next = state;
  --next.left.replays;
  begin_commit(world, next);
  next.now.dead[subject].state = Kept::replayed;
  next.now.replay_is_publishing = number_of_dead_letter(subject, false);
  world.decisions.queue_again(next.now.rows[subject]);
  increase(next.asked_replays);
  increase(next.witness[subject].rounds);
  next.witness[subject].sends = 0;
  next.witness[subject].lost_attempts = 0;
  steps.push_back({.name = "a replay takes the dead letter", .after = next});
}

/// The same, of a message that the broker gave up. What was sent is skipped.
void replay_buried(const World& world, const State& state, std::uint8_t subject, Steps& steps) {
  if (state.left.replays == 0 || state.now.replay_is_publishing != 0) return;
  const Row& row = state.now.rows[subject];
  const bool is_sent = row.exists != 0 && row.status == NotificationStatus::sent;
  if (state.now.buried[subject].state != Kept::dead || is_sent) return;
  State next = state;
  --next.left.replays;
  begin_commit(world, next);
  next.now.buried[subject].state = Kept::replayed;
  next.now.replay_is_publishing = number_of_dead_letter(subject, true);
  increase(next.asked_replays);
  steps.push_back({.name = "a replay takes what the broker gave up", .after = next});
}

/// As `message_of` makes it.
Copy replayed_message(const World& world, const State& state) {
  const auto subject = static_cast<std::uint8_t>((state.now.replay_is_publishing - 1) % subjects);
  if (state.now.replay_is_publishing == number_of_dead_letter(subject, false)) {
    return world.decisions.republished(state.now.rows[subject], subject);
  }
  const DeadRow& buried = state.now.buried[subject];
  return {.subject = subject,
          .attempt = buried.attempt_count,
          .generation = static_cast<std::uint8_t>(buried.generation + 1),
          .renewals = most_renewals};
}

void publish_replay(const World& world, const State& state, Steps& steps) {
  if (state.now.replay_is_publishing == 0) return;
  State next = state;
  put(next, replayed_message(world, state), Place::main_queue);
  if (state.left.faults > 0 && world.scenario.faults.crash) {
    State again = next;
    --again.left.faults;
    steps.push_back(
        {.name = "the replay publishes its message, and CRASHES before it notes that", .is_fault = true, .after = again});
  }
  next.now.replay_is_publishing = 0;
  steps.push_back({.name = "the replay publishes its message", .after = next});
}

void move_back(const State& state, Steps& steps) {
  if (state.left.moves == 0) return;
  for (std::size_t index = 0; index < state.copies.size(); ++index) {
    if (state.copies[index].place != Place::dead_letter_queue) continue;
    State next = state;
    --next.left.moves;
    increase(next.asked_replays);
    Copy moved = take(next, index);
    if (moved.dead_letter == Reason::moved_by_broker) moved.dead_letter = Reason::none;
    put(next, moved, Place::main_queue);
    steps.push_back({.name = "an operator moves a dead letter back", .after = next});
  }
}

void edit(const World& world, const State& state, Steps& steps) {
  const Row& row = state.now.rows[0];
  const bool is_dead = row.exists != 0 && row.status == NotificationStatus::failed_dlq;
  if (state.left.edits == 0 || !is_dead || state.now.dead[0].state != Kept::dead) return;
  State next = state;
  --next.left.edits;
  begin_commit(world, next);
  next.now.rows[0].body = Body::edited;
  next.now.rows[0].is_edited = 1;
  steps.push_back({.name = "an operator edits the dead letter", .after = next});
}

/// As long as its row is there: after that it is a new event.
void repeat_request(const State& state, Steps& steps) {
  if (state.left.repeats == 0 || state.witness[0].purged != 0) return;
  State next = state;
  --next.left.repeats;
  put(next, Copy{}, Place::main_queue);
  steps.push_back({.name = "the client repeats its request", .after = next});
}

/// What it had in hand is acknowledged first, or comes again as after a crash.
void restart(const World& world, const State& state, Steps& steps) {
  if (state.left.restarts == 0) return;
  for (std::size_t index = 0; index < world.scenario.workers; ++index) {
    const Worker& worker = state.workers[index];
    const bool has_other = worker.configuration + 1U < world.scenario.configurations.size();
    if (worker.at != At::idle || !has_other) continue;
    State next = state;
    --next.left.restarts;
    ++next.workers[index].configuration;
    steps.push_back({.name = "is restarted with other routes", .worker = index, .after = next});
  }
}

}  // namespace

void add_operator_steps(const World& world, const State& state, Steps& steps) {
  for (std::uint8_t subject = 0; subject < subjects; ++subject) {
    replay(world, state, subject, steps);
    replay_buried(world, state, subject, steps);
  }
  publish_replay(world, state, steps);
  move_back(state, steps);
  edit(world, state, steps);
  repeat_request(state, steps);
  restart(world, state, steps);
}

}  // namespace notifier::model
