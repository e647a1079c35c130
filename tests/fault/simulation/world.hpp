#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fault/simulation/chance.hpp"
#include "fault/simulation/ledger.hpp"
#include "fault/simulation/scenario.hpp"
#include "fault/simulation/scheduler.hpp"
#include "fault/simulation/trace.hpp"
#include "notifier/notification_row.hpp"

namespace notifier::simulation {

/// What all parts of a run share.
struct World {
  World(const Scenario& of, bool keep_trace)
      : scenario{of}, chance{of.seed}, trace{scheduler, keep_trace}, ledger{scenario, scheduler, trace}, routes{of.routes} {}

  /// How long the network or the database takes this time.
  [[nodiscard]] Time latency() { return chance.between(scenario.shortest_latency, scenario.longest_latency); }

  [[nodiscard]] bool is_calm() const { return scheduler.now() >= scenario.calm_after; }

  [[nodiscard]] bool goes_wrong(unsigned per_mille) { return !is_calm() && chance.happens(per_mille); }

  const Scenario& scenario;
  Scheduler scheduler;
  Chance chance;
  Trace trace;
  Ledger ledger;
  std::vector<Route> routes;  ///< that consumers start with now
  std::function<std::optional<NotificationRow>(const std::string& event_id)> find_row;
  std::function<void(Owner)> end_consumer;  ///< at once, if it still runs
};

}  // namespace notifier::simulation
