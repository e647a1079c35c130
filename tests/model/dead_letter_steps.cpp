#include <algorithm>

#include "model/changes.hpp"
#include "notifier/dead_letter.hpp"

namespace notifier::model {
namespace {

/// The row of a dead letter's identity: its notification's, or that of a message which the broker moved.
DeadRow& known_of(Database& database, const Copy& copy) {
  return copy.dead_letter == Reason::moved_by_broker ? database.buried[copy.subject] : database.dead[copy.subject];
}

void republish(const World& world, const State& state, std::size_t index, Steps& steps) {
  Copy copy = state.copies[index];
  copy.dead_letter = Reason::none;
  copy.renewals = static_cast<std::uint8_t>(std::max<unsigned>(copy.renewals + 1U, suspect_renewals));
  State next = state;
  static_cast<void>(take(next, index));
  put(next, copy, Place::main_queue);
  steps.push_back({.name = "the pass publishes once more what the broker gave up", .after = next});
  if (state.left.faults == 0 || !world.scenario.faults.crash) return;
  State again = state;
  --again.left.faults;
  put(again, copy, Place::main_queue);
  steps.push_back(
      {.name = "the pass publishes it once more, and CRASHES before it is removed", .is_fault = true, .after = again});
}

void judge(const World& world, const State& state, std::size_t index, Steps& steps) {
  State next = state;
  const Copy copy = state.copies[index];
  DeadRow& known = known_of(next.now, copy);
  switch (world.decisions.fate(copy, known, state.now.rows[copy.subject])) {
    case QueueAction::remove:
      static_cast<void>(take(next, index));
      steps.push_back({.name = "the pass removes a message from the dead letter queue", .after = next});
      break;
    case QueueAction::settle:
      begin_commit(world, next);
      if (known.state == Kept::dead) known.state = Kept::discarded;
      static_cast<void>(take(next, index));
      steps.push_back({.name = "the pass closes what is settled, and removes its message", .after = next});
      break;
    case QueueAction::record:
      begin_commit(world, next);
      known = {.state = Kept::dead, .attempt_count = copy.attempt, .generation = copy.generation};
      steps.push_back({.name = "the pass keeps a message as a dead letter", .after = next});
      break;
    case QueueAction::republish:
      republish(world, state, index, steps);
      break;
    case QueueAction::keep:
    case QueueAction::keep_undecided:
      break;
  }
}

}  // namespace

void add_dead_letter_steps(const World& world, const State& state, Steps& steps) {
  for (std::size_t index = 0; index < state.copies.size(); ++index) {
    if (state.copies[index].place == Place::dead_letter_queue) judge(world, state, index, steps);
  }
}

}  // namespace notifier::model
