#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fault/simulation/ledger.hpp"
#include "fault/simulation/scenario.hpp"

namespace notifier::simulation {

struct RunResult {
  std::vector<std::string> violations;  ///< of what is promised; the run ends with the first
  std::uint64_t steps_to_rest = 0;      ///< tasks run until everything had come to rest
  Time time_to_rest{0};
  std::uint64_t trace_hash = 0;
  std::vector<std::string> trace;  ///< if it was to be kept
  Totals totals;
};

enum class KeepTrace : bool { no, yes };

/// Runs consumers on a simulated broker, database and sender until everything has come to rest, in one thread and in virtual
/// time. The scenario alone decides what happens.
[[nodiscard]] RunResult run_simulation(const Scenario& scenario, KeepTrace keep = KeepTrace::no);

}  // namespace notifier::simulation
