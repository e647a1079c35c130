#include "notifier/replay.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace notifier {
namespace {

using StateName = std::pair<ReplayState, std::string_view>;

constexpr std::array<StateName, 3> replay_state_names{{
    {ReplayState::running, "RUNNING"},
    {ReplayState::done, "DONE"},
    {ReplayState::cancelled, "CANCELLED"},
}};

}  // namespace

void ReplayRecord::count(std::string_view item_state, std::string_view status, bool is_dead, std::uint64_t items) {
  if (item_state == "PENDING" || item_state == "PUBLISHING") pending += items;
  if (item_state == "SKIPPED") skipped += items;
  if (item_state == "CANCELLED") cancelled += items;
  if (item_state != "REPLAYED") return;
  replayed += items;
  if (status == "SENT") sent += items;
  if (is_dead) dead_again += items;
}

std::string_view to_string(ReplayState state) {
  return std::ranges::find(replay_state_names, state, &StateName::first)->second;
}

std::optional<ReplayState> replay_state_from(std::string_view name) {
  const auto* const found = std::ranges::find(replay_state_names, name, &StateName::second);
  if (found == replay_state_names.end()) return std::nullopt;
  return found->first;
}

}  // namespace notifier
