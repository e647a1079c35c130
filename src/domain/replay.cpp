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

using OutcomeName = std::pair<ReplayOutcome, std::string_view>;

constexpr std::array<OutcomeName, 7> replay_outcome_names{{
    {ReplayOutcome::pending, "PENDING"},
    {ReplayOutcome::under_way, "UNDER_WAY"},
    {ReplayOutcome::sent, "SENT"},
    {ReplayOutcome::dead_again, "DEAD_AGAIN"},
    {ReplayOutcome::skipped, "SKIPPED"},
    {ReplayOutcome::cancelled, "CANCELLED"},
    {ReplayOutcome::unknown, "UNKNOWN"},
}};

}  // namespace

void ReplayRecord::count(ReplayOutcome outcome, std::uint64_t items) {
  switch (outcome) {
    case ReplayOutcome::pending:
      pending += items;
      return;
    case ReplayOutcome::skipped:
      skipped += items;
      return;
    case ReplayOutcome::cancelled:
      cancelled += items;
      return;
    case ReplayOutcome::under_way:
      under_way += items;
      break;
    case ReplayOutcome::sent:
      sent += items;
      break;
    case ReplayOutcome::dead_again:
      dead_again += items;
      break;
    case ReplayOutcome::unknown:
      break;
  }
  replayed += items;
}

std::string_view to_string(ReplayOutcome outcome) {
  return std::ranges::find(replay_outcome_names, outcome, &OutcomeName::first)->second;
}

std::optional<ReplayOutcome> replay_outcome_from(std::string_view name) {
  const auto* const found = std::ranges::find(replay_outcome_names, name, &OutcomeName::second);
  if (found == replay_outcome_names.end()) return std::nullopt;
  return found->first;
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
