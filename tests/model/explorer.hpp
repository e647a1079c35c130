#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/scenario.hpp"
#include "model/state.hpp"

namespace notifier::model {

struct Exploration {
  std::size_t states = 0;
  bool is_complete = false;               ///< every state that can be reached was looked at
  Violation violation = Violation::none;  ///< the first one, with the fewest steps
  std::string trace;                      ///< that leads to it: one step a line
};

/// Looks at every state that a scenario can reach, those with the fewest steps first, until a promise is broken.
[[nodiscard]] Exploration explore(const Scenario& scenario);

[[nodiscard]] std::string_view to_string(Violation violation);

}  // namespace notifier::model
