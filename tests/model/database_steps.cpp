#include <algorithm>
#include <utility>

#include "model/changes.hpp"

namespace notifier::model {
namespace {

bool is_unfinished(const Row& row) {
  return row.exists != 0 && (row.status == NotificationStatus::queued || row.status == NotificationStatus::failed_retrying);
}

bool has_holder(const State& state, std::uint8_t token) {
  return std::ranges::any_of(state.workers,
                             [&](const Worker& worker) { return worker.token == token && holds_claim(worker); });
}

/// Its time is over at some time.
void lapse_claim_of_nobody(const State& state, std::uint8_t subject, Steps& steps) {
  const Row& row = state.now.rows[subject];
  if (row.exists == 0 || row.claim != ClaimState::live || has_holder(state, row.token)) return;
  State next = state;
  next.now.rows[subject].claim = ClaimState::lapsed;
  steps.push_back({.name = "a claim lapses that nobody holds", .after = next});
}

/// `run_sweeper` waits for so long that no queue and no consumer has the notification any more.
void sweep(const World& world, const State& state, std::uint8_t subject, Steps& steps) {
  const Row& row = state.now.rows[subject];
  if (!is_unfinished(row) || row.claim == ClaimState::live) return;
  if (is_in_queue(state, subject) || is_under_way(state, subject)) return;
  if (state.now.replay_is_publishing == subject + 1) return;
  State next = state;
  put(next, world.decisions.republished(row, subject), Place::main_queue);
  steps.push_back({.name = "the sweeper republishes it from the row", .after = next});
}

/// Nobody waits for its answer any more.
void execute_late_claim(const World& world, const State& state, Steps& steps) {
  if (state.late.token == 0) return;
  State next = state;
  const LateClaim late = std::exchange(next.late, {});
  static_cast<void>(
      execute_claim(world, next, {.copy = late.copy, .token = late.token, .configuration = late.configuration}));
  steps.push_back({.name = "the statement of claim that was on its way arrives", .after = next});
}

/// Retention is longer than any wait: everything that moves by itself has moved before, and a pass has judged what lies in
/// the dead letter queue.
bool is_long_ago(const World& world, const State& state, std::uint8_t subject) {
  if (is_in_queue(state, subject) || is_under_way(state, subject)) return false;
  if (state.late.token != 0 || state.now.replay_is_publishing != 0) return false;
  return !world.scenario.decides_on_dead_letters || std::ranges::all_of(state.copies, [&](const Copy& copy) {
    const DeadRow& known = copy.dead_letter == Reason::moved_by_broker ? state.now.buried[subject] : state.now.dead[subject];
    return copy.place != Place::dead_letter_queue || copy.subject != subject ||
           world.decisions.fate(copy, known, state.now.rows[subject]) == QueueAction::keep;
  });
}

/// In the dead letter queue, with a row that says so or without.
bool has_dead_message(const State& state, std::uint8_t subject, bool is_buried) {
  return std::ranges::any_of(state.copies, [&](const Copy& copy) {
    return copy.place == Place::dead_letter_queue && copy.subject == subject &&
           (copy.dead_letter == Reason::moved_by_broker) == is_buried;
  });
}

/// Not while a dead letter of the same event could be replayed.
void purge_sent_row(const World& world, const State& state, std::uint8_t subject, Steps& steps) {
  const Row& row = state.now.rows[subject];
  if (row.exists == 0 || row.status != NotificationStatus::sent || !is_long_ago(world, state, subject)) return;
  const bool is_dead = state.now.dead[subject].state == Kept::dead;
  const bool is_buried = state.now.buried[subject].state == Kept::dead;
  if ((is_dead || is_buried) && world.scenario.without != Without::rows_of_dead_letters) return;
  State next = state;
  begin_commit(world, next);
  next.now.rows[subject] = {};
  next.witness[subject].purged = 1;
  steps.push_back({.name = "retention removes the row of what was sent", .after = next});
}

/// Discards a dead letter first, and removes its row when its message has gone.
void purge_dead_letter(const World& world, const State& state, std::uint8_t subject, bool is_buried, Steps& steps) {
  if (!is_long_ago(world, state, subject)) return;
  State next = state;
  begin_commit(world, next);
  DeadRow& dead = is_buried ? next.now.buried[subject] : next.now.dead[subject];
  if (dead.state == Kept::dead) {
    dead.state = Kept::discarded;
    next.witness[subject].purged = 1;
    steps.push_back({.name = "retention discards a dead letter", .after = next});
  } else if (dead.state != Kept::none && !has_dead_message(state, subject, is_buried)) {
    dead = {};
    Row& row = next.now.rows[subject];
    if (!is_buried && row.exists != 0 && row.status == NotificationStatus::failed_dlq) row = {};
    steps.push_back({.name = "retention removes a dead letter", .after = next});
  }
}

}  // namespace

void add_database_steps(const World& world, const State& state, Steps& steps) {
  for (std::uint8_t subject = 0; subject < subjects; ++subject) {
    lapse_claim_of_nobody(state, subject, steps);
    sweep(world, state, subject, steps);
    if (!world.scenario.retention) continue;
    purge_sent_row(world, state, subject, steps);
    purge_dead_letter(world, state, subject, false, steps);
    purge_dead_letter(world, state, subject, true, steps);
  }
  execute_late_claim(world, state, steps);
}

}  // namespace notifier::model
