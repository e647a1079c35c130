#include "model/changes.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace notifier::model {
namespace {

bool goes_before(const Copy& left, const Copy& right) { return std::memcmp(&left, &right, sizeof(Copy)) < 0; }

/// Two states that differ in nothing but the order of messages are one.
void sort_copies(State& state) { std::ranges::sort(state.copies, goes_before); }

void note_round(State& state, std::uint8_t subject, const Row& before, const Row& after) {
  const bool begins =
      before.exists == 0 || before.status == NotificationStatus::failed_dlq || before.retries_from != after.retries_from;
  if (!begins) return;
  increase(state.witness[subject].rounds);
  state.witness[subject].sends = 0;
  state.witness[subject].lost_attempts = 0;
}

}  // namespace

void put(State& state, Copy copy, Place place) {
  copy.place = place;
  Copy& free = state.copies.front();
  if (free.place != Place::nowhere) throw std::length_error{"more copies than the model has room for"};
  free = copy;
  state.witness[copy.subject].made = 1;
  sort_copies(state);
}

Copy take(State& state, std::size_t index) {
  const Copy copy = state.copies[index];
  state.copies[index] = {};
  sort_copies(state);
  return copy;
}

bool is_in_queue(const State& state, std::uint8_t subject) {
  return std::ranges::any_of(state.copies, [&](const Copy& copy) {
    return copy.subject == subject && (copy.place == Place::main_queue || copy.place == Place::delay_queue);
  });
}

bool is_under_way(const State& state, std::uint8_t subject) {
  return std::ranges::any_of(
      state.workers, [&](const Worker& worker) { return worker.at != At::idle && worker.delivery.subject == subject; });
}

void begin_commit(const World& world, State& state) {
  if (world.scenario.faults.fail_over) state.before = state.now;
}

std::uint8_t new_token(const State& state) {
  for (std::uint8_t token = 1;; ++token) {
    const auto has = [&](const Database& database) {
      return std::ranges::any_of(database.rows, [&](const Row& row) { return row.token == token; });
    };
    const bool is_known = has(state.now) || has(state.before) || state.late.token == token ||
                          std::ranges::any_of(state.workers, [&](const Worker& worker) {
                            return worker.token == token || worker.held == token;
                          });
    if (!is_known) return token;
  }
}

ClaimAnswer execute_claim(const World& world, State& state, const Claiming& claiming) {
  const std::uint8_t subject = claiming.copy.subject;
  const bool is_replay = claiming.copy.dead_letter != Reason::none;
  if (is_replay && state.now.dead[subject].state == Kept::discarded) return ClaimAnswer{.verdict = ClaimVerdict::done};
  const Row before = state.now.rows[subject];
  Row row = before;
  const ClaimAnswer answer = world.decisions.claim(row, claiming.copy, claiming.token, claiming.held, claiming.alone,
                                                   world.decisions.choose(claiming.configuration, claiming.copy));
  const bool changes = std::memcmp(&row, &before, sizeof(Row)) != 0;
  if (!changes) return answer;
  begin_commit(world, state);
  state.now.rows[subject] = row;
  if (is_replay) {
    note_round(state, subject, before, row);
    if (state.now.dead[subject].state == Kept::dead) state.now.dead[subject].state = Kept::replayed;
  }
  return answer;
}

bool has_attempted(const Worker& worker) {
  const bool has_outcome = worker.result == Result::sent || worker.result == Result::failed || worker.result == Result::died;
  return has_outcome && holds_claim(worker);
}

bool holds_claim(const Worker& worker) {
  switch (worker.at) {
    case At::be_alone:
    case At::claimed:
    case At::attempt:
    case At::publish_retry:
    case At::publish_deferred:
    case At::publish_dead_letter:
    case At::record:
      return true;
    default:
      return false;
  }
}

void end_process_of(const World& world, State& state, std::size_t ended) {
  for (std::size_t index = 0; index < world.scenario.workers; ++index) {
    Worker& worker = state.workers[index];
    if ((index != ended && !world.scenario.one_process) || worker.at == At::idle) continue;
    Witness& witness = state.witness[worker.delivery.subject];
    if (has_attempted(worker)) {
      increase(witness.lost_attempts);
      if (worker.result == Result::sent) increase(witness.gaps);
    }
    if (worker.connected != 0) put(state, worker.delivery, Place::main_queue);
    worker.ended_alone = 0;
    end_delivery(worker);
  }
}

void end_delivery(Worker& worker) {
  worker = Worker{.configuration = worker.configuration, .ended_alone = worker.ended_alone};
}

void break_promise(State& state, Violation violation) {
  if (state.violation == Violation::none) state.violation = violation;
}

}  // namespace notifier::model
