#pragma once

#include <vector>

#include "model/scenario.hpp"

namespace notifier::model {

[[nodiscard]] Scenario consumers_that_fail();
[[nodiscard]] Scenario fail_overs();
[[nodiscard]] Scenario deferrals();
[[nodiscard]] Scenario deferrals_beside_attempts();
[[nodiscard]] Scenario lost_deliveries();
[[nodiscard]] Scenario foreign_messages();
[[nodiscard]] Scenario foreign_message_and_crash();
[[nodiscard]] Scenario replays();
[[nodiscard]] Scenario edits();
[[nodiscard]] Scenario buried_messages();
[[nodiscard]] Scenario buried_for_good();
[[nodiscard]] Scenario retention();
[[nodiscard]] Scenario retention_without_passes();
[[nodiscard]] Scenario late_claims();
[[nodiscard]] Scenario lagging_reads();
[[nodiscard]] Scenario removed_route();
[[nodiscard]] Scenario two_configurations();
[[nodiscard]] Scenario killing_event();
[[nodiscard]] Scenario suspect();
[[nodiscard]] Scenario killing_message();
[[nodiscard]] Scenario delay_queue_that_repeats();

/// All of them.
[[nodiscard]] std::vector<Scenario> scenarios();

}  // namespace notifier::model
