#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/decisions.hpp"
#include "model/scenario.hpp"
#include "model/state.hpp"

namespace notifier::model {

inline constexpr std::size_t nobody = 255;

/// Something that can happen next. `name` lives forever.
struct Step {
  std::string_view name;
  std::size_t worker = nobody;
  bool is_fault = false;
  State after{};
};

using Steps = std::vector<Step>;

/// What does not change while a scenario is explored.
struct World {
  const Scenario& scenario;
  const Decisions& decisions;
};

// What can happen next, by who does it.
void add_broker_steps(const World& world, const State& state, Steps& steps);
void add_consumer_steps(const World& world, const State& state, Steps& steps);
void add_database_steps(const World& world, const State& state, Steps& steps);
void add_operator_steps(const World& world, const State& state, Steps& steps);
void add_dead_letter_steps(const World& world, const State& state, Steps& steps);
void add_faults(const World& world, const State& state, Steps& steps);

/// A broken promise that a state shows by itself. Others are noticed in the step that breaks them.
[[nodiscard]] Violation broken_in(const World& world, const State& state);

/// Whether the scenario's goal is reached.
[[nodiscard]] bool is_goal(const World& world, const State& state);

}  // namespace notifier::model
