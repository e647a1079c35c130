#include <cstring>

#include "model/changes.hpp"

namespace notifier::model {
namespace {

State after_fault(const State& state) {
  State next = state;
  --next.left.faults;
  return next;
}

void crash(const World& world, const State& state, Steps& steps) {
  for (std::size_t index = 0; index < world.scenario.workers; ++index) {
    if (state.workers[index].at == At::idle) continue;
    State next = after_fault(state);
    end_process_of(world, next, index);
    steps.push_back({.name = "CRASHES", .worker = index, .is_fault = true, .after = next});
    if (world.scenario.one_process) return;
  }
}

/// The broker hands the delivery out again, and its worker goes on.
void lose_connection(const World& world, const State& state, Steps& steps) {
  for (std::size_t index = 0; index < world.scenario.workers; ++index) {
    const Worker& worker = state.workers[index];
    if (worker.at == At::idle || worker.connected == 0) continue;
    const bool may_be_copied = worker.at == At::record || worker.at == At::ack;
    if (may_be_copied && !world.scenario.faults.lost_connection) continue;
    State next = after_fault(state);
    put(next, worker.delivery, Place::main_queue);
    next.workers[index].connected = 0;
    steps.push_back({.name = "LOSES ITS CONNECTION", .worker = index, .is_fault = true, .after = next});
  }
}

/// Its holder is frozen, or cut off from the database. What it sends then, or has sent, is in the gap.
void lapse_claim(const World& world, const State& state, Steps& steps) {
  for (std::size_t index = 0; index < world.scenario.workers; ++index) {
    const Worker& worker = state.workers[index];
    if (!holds_claim(worker)) continue;
    const Row& row = state.now.rows[worker.delivery.subject];
    if (row.exists == 0 || row.claim != ClaimState::live || row.token != worker.token) continue;
    State next = after_fault(state);
    next.now.rows[worker.delivery.subject].claim = ClaimState::lapsed;
    Witness& witness = next.witness[worker.delivery.subject];
    if (worker.at == At::claimed || worker.at == At::be_alone) {
      next.workers[index].overdue = 1;
    } else {
      increase(witness.gaps);
      increase(witness.lost_attempts);
    }
    steps.push_back({.name = "IS FROZEN UNTIL ITS CLAIM LAPSES", .worker = index, .is_fault = true, .after = next});
  }
}

void fail_over(const State& state, Steps& steps) {
  if (std::memcmp(&state.now, &state.before, sizeof(Database)) == 0) return;
  State next = after_fault(state);
  next.now = next.before;
  for (Witness& witness : next.witness) {
    increase(witness.gaps);
    increase(witness.lost_attempts);
    witness.known_sent = 0;
  }
  steps.push_back({.name = "THE DATABASE FAILS OVER and loses its last commit", .is_fault = true, .after = next});
}

void hand_over_twice(const State& state, Steps& steps) {
  for (std::size_t index = 0; index < state.copies.size(); ++index) {
    if (state.copies[index].place != Place::delay_queue) continue;
    State next = after_fault(state);
    put(next, state.copies[index], Place::main_queue);
    steps.push_back({.name = "A DELAY QUEUE HANDS ITS MESSAGE OVER, and keeps it", .is_fault = true, .after = next});
  }
}

}  // namespace

void add_faults(const World& world, const State& state, Steps& steps) {
  if (state.left.faults == 0) return;
  const Faults& faults = world.scenario.faults;
  if (faults.crash) crash(world, state, steps);
  if (faults.lost_connection || faults.lost_delivery) lose_connection(world, state, steps);
  if (faults.lapse) lapse_claim(world, state, steps);
  if (faults.fail_over) fail_over(state, steps);
  if (faults.two_for_one) hand_over_twice(state, steps);
}

}  // namespace notifier::model
