#include "notifier/replay.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace notifier {
namespace {

using StateName = std::pair<ReplayState, std::string_view>;

constexpr std::array<StateName, 3> state_names{{
    {ReplayState::running, "RUNNING"},
    {ReplayState::done, "DONE"},
    {ReplayState::cancelled, "CANCELLED"},
}};

}  // namespace

std::string_view to_string(ReplayState state) { return std::ranges::find(state_names, state, &StateName::first)->second; }

std::optional<ReplayState> replay_state_from(std::string_view name) {
  const auto* const found = std::ranges::find(state_names, name, &StateName::second);
  if (found == state_names.end()) return std::nullopt;
  return found->first;
}

}  // namespace notifier
