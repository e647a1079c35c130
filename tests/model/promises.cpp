#include <algorithm>

#include "model/changes.hpp"

namespace notifier::model {
namespace {

/// Of the messages that wait, those that a claim may still let through.
std::size_t number_of_current_copies(const State& state) {
  const auto count = std::ranges::count_if(state.copies, [&](const Copy& copy) {
    const Row& row = state.now.rows[copy.subject];
    const bool is_stale = row.exists != 0 && (copy.attempt < row.attempt_count || copy.generation < row.generation);
    return (copy.place == Place::main_queue || copy.place == Place::delay_queue) && !is_stale;
  });
  return static_cast<std::size_t>(count);
}

std::size_t number_of_copies(const State& state) {
  const auto in_queues = std::ranges::count_if(
      state.copies, [](const Copy& copy) { return copy.place == Place::main_queue || copy.place == Place::delay_queue; });
  const auto under_way = std::ranges::count_if(
      state.workers, [](const Worker& worker) { return worker.at != At::idle && worker.at != At::ack; });
  return static_cast<std::size_t>(in_queues + under_way);
}

bool is_in_dead_letter_queue(const State& state, std::uint8_t subject) {
  return std::ranges::any_of(
      state.copies, [&](const Copy& copy) { return copy.subject == subject && copy.place == Place::dead_letter_queue; });
}

/// It was sent, or somebody can see that it was not.
bool is_accounted_for(const State& state, std::uint8_t subject) {
  const Row& row = state.now.rows[subject];
  const bool is_dead = state.now.dead[subject].state == Kept::dead || state.now.buried[subject].state == Kept::dead;
  return state.witness[subject].taken > 0 || is_dead || state.witness[subject].purged != 0 ||
         is_in_dead_letter_queue(state, subject) || (row.exists != 0 && row.status == NotificationStatus::failed_dlq);
}

/// Of a dead letter whose event was sent nobody has to see to anything.
bool has_false_dead_letter(const State& state, std::uint8_t subject) {
  const Row& row = state.now.rows[subject];
  const bool is_dead = state.now.dead[subject].state == Kept::dead || state.now.buried[subject].state == Kept::dead;
  return row.exists != 0 && row.status == NotificationStatus::sent && is_dead;
}

bool is_in_work(const State& state, std::uint8_t subject) {
  const Row& row = state.now.rows[subject];
  const bool is_unfinished =
      row.exists != 0 && row.status != NotificationStatus::failed_dlq && row.status != NotificationStatus::sent;
  return is_unfinished || state.now.replay_is_publishing != 0 || is_in_queue(state, subject) || is_under_way(state, subject);
}

}  // namespace

bool is_goal(const World& world, const State& state) {
  if (world.scenario.goal == Goal::one_copy) return number_of_copies(state) <= 1;
  for (std::uint8_t subject = 0; subject < subjects; ++subject) {
    if (is_in_work(state, subject)) return false;
    // A pass sees what lies in the queue, not what somebody has moved out of it.
    const bool is_closed = !has_false_dead_letter(state, subject) || !is_in_dead_letter_queue(state, subject);
    if (world.scenario.decides_on_dead_letters && !is_closed) return false;
  }
  return true;
}

Violation broken_in(const World& world, const State& state) {
  if (state.violation != Violation::none) return state.violation;
  if (state.kills > world.scenario.most_kills) return Violation::kills_without_end;
  for (std::uint8_t subject = 0; subject < subjects; ++subject) {
    const Row& row = state.now.rows[subject];
    const Witness& witness = state.witness[subject];
    if (row.exists != 0 && row.status == NotificationStatus::sent && witness.taken == 0) return Violation::false_sent;
    // A database that forgets a replay may begin it again.
    const unsigned forgotten = world.scenario.faults.fail_over ? witness.gaps : 0;
    if (witness.rounds > state.asked_replays + forgotten) return Violation::replayed_more_than_once;
    const bool is_counted_elsewhere = world.scenario.first_kills || world.scenario.foreign_counts;
    if (!is_counted_elsewhere && row.attempt_count > witness.all_sends) return Violation::false_attempt;
    // What a pass can close, it closes in the end.
    const bool is_closed_later = world.scenario.decides_on_dead_letters || world.scenario.begins_buried;
    if (!is_closed_later && has_false_dead_letter(state, subject)) return Violation::sent_and_dead;
    if (witness.made != 0 && !is_in_work(state, subject) && !is_accounted_for(state, subject)) return Violation::lost;
  }
  const bool all_wait = std::ranges::all_of(state.workers, [](const Worker& worker) { return worker.at == At::idle; });
  if (world.scenario.most_copies > 0 && all_wait && number_of_current_copies(state) > world.scenario.most_copies) {
    return Violation::too_many_copies;
  }
  // An event fans out before it is sent for the first time.
  const bool leads_further = world.decisions.leads_further(0, 1) && world.scenario.configurations.size() == 1;
  if (leads_further && state.witness[1].made == 0 && state.witness[0].sends > 0) return Violation::no_fan_out;
  return Violation::none;
}

}  // namespace notifier::model
