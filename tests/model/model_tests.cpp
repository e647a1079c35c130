#include <catch2/catch_test_macros.hpp>
#include <iostream>
#include <vector>

#include "model/explorer.hpp"
#include "model/scenarios.hpp"

namespace notifier::model {
namespace {

struct TakenOut {
  const char* rule;
  Without without;
  Scenario scenario;
  Violation violation;
};

Exploration explore_and_tell(const Scenario& scenario) {
  const Exploration exploration = explore(scenario);
  std::cout << exploration.states << " states: " << scenario.name << '\n';
  return exploration;
}

TEST_CASE("Every promise holds in everything that can happen") {
  for (const Scenario& scenario : scenarios()) {
    DYNAMIC_SECTION(scenario.name) {
      const Exploration exploration = explore_and_tell(scenario);
      INFO(to_string(exploration.violation) << '\n' << exploration.trace);
      CHECK(exploration.violation == Violation::none);
      CHECK(exploration.is_complete);
    }
  }
}

TEST_CASE("Without one of its rules a promise is broken, and the model finds out how") {
  const std::vector<TakenOut> all{
      {"the record of an outcome changes the token", Without::recorded_tokens, late_claims(), Violation::sent_and_dead},
      {"every outcome counts as a generation", Without::generations, deferrals(), Violation::never_ends},
      {"a message is ahead by one at most", Without::caught_up_by_one, foreign_messages(), Violation::dead_unattempted},
      {"what is not known is claimed elsewhere", Without::unknown_is_elsewhere, lagging_reads(),
       Violation::sent_again_though_known},
      {"the row remembers its route", Without::routes_in_rows, removed_route(), Violation::sent_on_another_route},
      {"the message of a further notification names its route", Without::routes_in_messages, two_configurations(),
       Violation::sent_on_another_route},
      {"what was sent is recorded when overtaken too", Without::overtaken_sent, consumers_that_fail(),
       Violation::sent_again_though_known},
      {"a delivery of a lost connection is dropped", Without::dropped_deliveries, lost_deliveries(),
       Violation::too_many_copies},
      {"the original's fingerprint is kept", Without::original_fingerprints, edits(), Violation::false_mismatch},
      {"claims without an outcome are counted", Without::lapses_in_rows, killing_event(), Violation::kills_without_end},
      {"only what lapses alone convicts", Without::conviction_alone, killing_event(), Violation::convicted_neighbour},
      {"the row remembers that it has fanned out", Without::fanned_out_in_rows, foreign_messages(), Violation::no_fan_out},
      {"what the broker moved is judged by its row", Without::actions_by_row, buried_for_good(), Violation::never_ends},
      {"a row stays as long as a dead letter of its event", Without::rows_of_dead_letters, retention_without_passes(),
       Violation::sent_again_though_known},
      {"a copy says that a message was begun alone", Without::copies_of_what_is_begun_alone, killing_message(),
       Violation::kills_without_end},
      {"a claim that may be over is claimed again", Without::claims_in_time, consumers_that_fail(), Violation::sent_again},
  };
  for (const TakenOut& taken_out : all) {
    DYNAMIC_SECTION(taken_out.rule) {
      Scenario scenario = taken_out.scenario;
      scenario.without = taken_out.without;
      const Exploration exploration = explore(scenario);
      INFO(to_string(exploration.violation) << '\n' << exploration.trace);
      CHECK(exploration.violation == taken_out.violation);
    }
  }
}

}  // namespace
}  // namespace notifier::model
