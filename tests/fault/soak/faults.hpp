#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fault/soak/world.hpp"

namespace notifier::testing {

struct Fault {
  std::string name;
  std::function<void()> begin;
  std::function<void()> end;
  /// Whether a send may be repeated because of it: a consumer dies, or loses its claims, between a send and its record.
  bool may_repeat_sends = false;
};

/// All that can be done to `world`, which outlives them, one group for each of its parts. Faults of different parts may be
/// under way at once.
std::vector<std::vector<Fault>> faults_by_part(World& world);

}  // namespace notifier::testing
