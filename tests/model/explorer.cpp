#include "model/explorer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "model/changes.hpp"
#include "model/decisions.hpp"
#include "model/steps.hpp"

namespace notifier::model {
namespace {

using Number = std::uint32_t;

constexpr Number none = UINT32_MAX;

/// Beyond that a scenario is too large for a test.
constexpr std::size_t most_states = 2'000'000;

constexpr std::array<std::string_view, 18> violation_names{"nothing",
                                                           "lost",
                                                           "SENT, and was not",
                                                           "sent again, and no gap explains it",
                                                           "sent again although it was known to be sent",
                                                           "attempted more often than the policy allows",
                                                           "replayed more often than asked for",
                                                           "dead without an attempt",
                                                           "dead before its attempts were made",
                                                           "sent on another route",
                                                           "sent without its further notification",
                                                           "taken for another event",
                                                           "a neighbour is convicted",
                                                           "ends its consumers without an end",
                                                           "SENT and DEAD",
                                                           "an attempt is counted that was not made",
                                                           "more copies than faults explain",
                                                           "never comes to its end"};

std::uint64_t hash_of(const State& state) {
  std::uint64_t hash = 0x9E3779B97F4A7C15;
  std::array<unsigned char, (sizeof(State) + 7) / 8 * 8> bytes{};
  std::memcpy(bytes.data(), &state, sizeof(State));
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    hash = (hash ^ word) * 0xFF51AFD7ED558CCD;
    hash ^= hash >> 32;
  }
  return hash;
}

/// Numbers states in the order in which they were found.
class FoundStates {
 public:
  FoundStates() : places_(1024, none) {}

  [[nodiscard]] std::size_t size() const { return states_.size(); }
  [[nodiscard]] const State& operator[](Number number) const { return states_[number]; }

  /// The number of a state, and whether it is new.
  std::pair<Number, bool> add(const State& state) {
    if (2 * states_.size() > places_.size()) grow();
    Number& place = places_[place_of(state)];
    if (place != none) return {place, false};
    place = static_cast<Number>(states_.size());
    states_.push_back(state);
    return {place, true};
  }

 private:
  [[nodiscard]] std::size_t place_of(const State& state) const {
    std::size_t place = hash_of(state) & (places_.size() - 1);
    while (places_[place] != none && !(states_[places_[place]] == state)) place = (place + 1) & (places_.size() - 1);
    return place;
  }

  void grow() {
    places_.assign(2 * places_.size(), none);
    for (Number number = 0; number < states_.size(); ++number) places_[place_of(states_[number])] = number;
  }

  std::deque<State> states_;
  std::vector<Number> places_;
};

class Explorer {
 public:
  explicit Explorer(const Scenario& scenario)
      : scenario_{scenario}, decisions_{scenario}, world_{.scenario = scenario_, .decisions = decisions_} {}

  Exploration explore() {
    find(first_state(), none);
    for (Number number = 0; number < found_.size(); ++number) {
      if (const Violation violation = broken_in(world_, found_[number]); violation != Violation::none) {
        return {.states = found_.size(), .violation = violation, .trace = trace_to(number)};
      }
      if (found_.size() > most_states) return {.states = found_.size()};
      for (const Step& step : steps_from(found_[number])) {
        const Number to = find(step.after, number);
        if (!step.is_fault) edges_.emplace_back(number, to);
      }
    }
    if (const auto lost = first_without_way_to_goal()) {
      return {.states = found_.size(), .violation = Violation::never_ends, .trace = trace_to(*lost)};
    }
    return {.states = found_.size(), .is_complete = true};
  }

 private:
  State first_state() const {
    State state;
    state.left = scenario_.budget;
    for (const Copy& copy : scenario_.copies) put(state, copy, copy.place);
    if (scenario_.begins_buried) {
      put(state, {.dead_letter = Reason::moved_by_broker}, Place::dead_letter_queue);
      state.now.buried[0].state = Kept::dead;
    }
    for (std::size_t worker = 0; worker < scenario_.workers; ++worker) {
      const std::size_t configuration = scenario_.one_configuration_each ? worker : 0;
      state.workers[worker].configuration = static_cast<std::uint8_t>(configuration);
    }
    return state;
  }

  Steps steps_from(const State& state) const {
    Steps steps;
    add_consumer_steps(world_, state, steps);
    add_broker_steps(world_, state, steps);
    add_database_steps(world_, state, steps);
    add_operator_steps(world_, state, steps);
    if (scenario_.decides_on_dead_letters) add_dead_letter_steps(world_, state, steps);
    add_faults(world_, state, steps);
    if (scenario_.relative_generations) {
      for (Step& step : steps) count_generations_from_the_row(step.after);
    }
    return steps;
  }

  Number find(const State& state, Number from) {
    const auto [number, is_new] = found_.add(state);
    if (is_new) found_from_.push_back(from);
    return number;
  }

  std::string trace_to(Number number) const {
    std::vector<std::string> lines;
    for (; found_from_[number] != none; number = found_from_[number]) {
      const Steps steps = steps_from(found_[found_from_[number]]);
      const auto step = std::ranges::find_if(steps, [&](const Step& possible) { return possible.after == found_[number]; });
      const std::string who = step->worker == nobody ? "" : "consumer " + std::to_string(step->worker + 1) + " ";
      lines.push_back("  " + who + std::string{step->name} + "\n");
    }
    std::string trace;
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) trace += *line;
    return trace;
  }

  /// Backwards from where the goal is reached, without a fault.
  std::optional<Number> first_without_way_to_goal() {
    std::ranges::sort(edges_, {}, &std::pair<Number, Number>::second);
    std::vector<bool> has_way(found_.size());
    std::vector<Number> reached;
    for (Number number = 0; number < found_.size(); ++number) {
      if (!is_goal(world_, found_[number])) continue;
      has_way[number] = true;
      reached.push_back(number);
    }
    while (!reached.empty()) {
      const Number to = reached.back();
      reached.pop_back();
      for (const auto& [from, unused] : std::ranges::equal_range(edges_, to, {}, &std::pair<Number, Number>::second)) {
        if (has_way[from]) continue;
        has_way[from] = true;
        reached.push_back(from);
      }
    }
    const auto first = std::ranges::find(has_way, false);
    if (first == has_way.end()) return std::nullopt;
    return static_cast<Number>(first - has_way.begin());
  }

  /// Decisions only compare generations, so a state is the same when all of them are moved. What is behind the row is behind
  /// it, by whatever number.
  void count_generations_from_the_row(State& state) const {
    constexpr std::uint8_t behind = 1;
    constexpr std::uint8_t of_row = 2;
    for (std::uint8_t subject = 0; subject < subjects; ++subject) {
      if (state.now.rows[subject].exists == 0) continue;
      const std::uint8_t base = state.now.rows[subject].generation;
      const auto move = [&](std::uint8_t& generation) {
        if (generation == no_generation) return;
        generation = generation < base ? behind : static_cast<std::uint8_t>(generation - base + of_row);
      };
      move(state.now.rows[subject].generation);
      for (Copy& copy : state.copies) {
        if (copy.place != Place::nowhere && copy.subject == subject) move(copy.generation);
      }
      for (Worker& worker : state.workers) {
        if (worker.at == At::idle || worker.delivery.subject != subject) continue;
        move(worker.delivery.generation);
        move(worker.generation);
      }
    }
    std::ranges::sort(state.copies,
                      [](const Copy& left, const Copy& right) { return std::memcmp(&left, &right, sizeof(Copy)) < 0; });
  }

  const Scenario& scenario_;
  Decisions decisions_;
  World world_;
  FoundStates found_;
  std::vector<Number> found_from_;                ///< of each state, the one from which it was found first
  std::vector<std::pair<Number, Number>> edges_;  ///< without the faults
};

}  // namespace

Exploration explore(const Scenario& scenario) { return Explorer{scenario}.explore(); }

std::string_view to_string(Violation violation) { return violation_names[static_cast<std::size_t>(violation)]; }

}  // namespace notifier::model
