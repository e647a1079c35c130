#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "fault/simulation/simulation.hpp"

using namespace notifier::simulation;
using notifier::Route;

namespace {

using namespace std::chrono_literals;

// Beyond a send's deadline and within the claim; beyond the claim.
constexpr Time short_freeze = 20s;
constexpr Time long_freeze = 70s;

constexpr std::array faults{
    Fault{FaultKind::crash},
    Fault{FaultKind::terminate},
    Fault{.kind = FaultKind::freeze, .duration = short_freeze},
    Fault{.kind = FaultKind::freeze, .duration = long_freeze},
    Fault{FaultKind::connection_loss},
    Fault{.kind = FaultKind::broker_outage, .duration = 2s},
    Fault{.kind = FaultKind::publishers_blocked, .duration = 2s},
    Fault{.kind = FaultKind::database_outage, .duration = 40s},
    Fault{FaultKind::purge},
    Fault{FaultKind::replay},
    Fault{FaultKind::next_publish_vanishes},
    Fault{FaultKind::next_confirm_lost},
    Fault{FaultKind::next_database_call_fails},
    Fault{FaultKind::next_answer_lost},
};

// What pairs are made of: the ones that leave copies or claims behind. A freeze often loses the connection too.
constexpr std::array faults_in_pairs{
    Fault{FaultKind::crash},
    Fault{.kind = FaultKind::freeze, .duration = long_freeze},
    Fault{FaultKind::next_confirm_lost},
    Fault{FaultKind::next_answer_lost},
};

std::string describe(const Scenario& scenario) {
  std::string text;
  for (const auto& [step, fault] : scenario.faults) {
    text += std::string{to_string(fault.kind)} + " of consumer " + std::to_string(fault.consumer + 1) + " before step " +
            std::to_string(step) + "; ";
  }
  return text;
}

void require_kept_promises(const Scenario& scenario, const RunResult& result) {
  if (result.violations.empty()) return;
  const RunResult again = run_simulation(scenario, KeepTrace::yes);
  std::string story;
  for (const std::string& line : again.trace) story += line + '\n';
  INFO(describe(scenario) << '\n' << story);
  REQUIRE(result.violations == std::vector<std::string>{});
}

/// Adds `fault` before the first step, the second and so on, after `from`, until all has come to rest before it; calls
/// `then(scenario, step)` for each. Says how many.
template <typename Then>
std::uint64_t at_each_step(Scenario scenario, Fault fault, std::uint64_t from, Then then) {
  for (std::uint64_t step = from + 1;; ++step) {
    Scenario with_fault = scenario;
    with_fault.faults.emplace(step, fault);
    const RunResult result = run_simulation(with_fault);
    require_kept_promises(with_fault, result);
    if (step >= result.steps_to_rest) return step - from;
    then(with_fault, step);
  }
}

constexpr auto nothing_further = [](const Scenario&, std::uint64_t) {};

}  // namespace

TEST_CASE("Without faults, events that fail up to four times end as the retry policy has it") {
  const unsigned failures = GENERATE(Catch::Generators::range(0U, 5U));
  const unsigned consumers = GENERATE(1U, 2U);
  const Scenario scenario = small_scenario(2, failures, consumers);
  const RunResult result = run_simulation(scenario);
  require_kept_promises(scenario, result);
  Time delays{0};
  for (unsigned retry = 0; retry < std::min(failures, scenario.max_retries); ++retry) delays += scenario.delays[retry];
  CHECK(result.time_to_rest >= delays);
  CHECK(result.time_to_rest < delays + 1s);
  CHECK(result.totals.sends == 2 * (failures < 4 ? failures + 1 : 4));
  CHECK(result.totals.successes == (failures < 4 ? 2 : 0));
}

TEST_CASE("Any fault before any step loses nothing, and repeats nothing without a cause") {
  const unsigned failures = GENERATE(Catch::Generators::range(0U, 5U));
  const unsigned consumers = GENERATE(1U, 2U);
  const unsigned events = GENERATE(1U, 2U);
  const Scenario scenario = small_scenario(events, failures, consumers);
  for (Fault fault : faults) {
    for (fault.consumer = 0; fault.consumer < consumers; ++fault.consumer) {
      CHECK(at_each_step(scenario, fault, 0, nothing_further) > 10);
    }
  }
}

TEST_CASE("#21 A consumer that was frozen beyond its claim, between any two steps, sends nothing under it") {
  const Scenario scenario = small_scenario(1, 0, 2);
  for (unsigned consumer = 0; consumer < 2; ++consumer) {
    CHECK(at_each_step(scenario, {FaultKind::freeze, consumer, long_freeze}, 0, nothing_further) > 10);
  }
}

TEST_CASE("Any two faults before any two steps lose nothing, and repeat nothing without a cause") {
  // A send, with another consumer at hand; a retry; a dead letter.
  const auto [failures, retries, consumers] =
      GENERATE(std::tuple{0U, 0U, 2U}, std::tuple{1U, 1U, 1U}, std::tuple{1U, 0U, 1U});
  Scenario scenario = small_scenario(1, failures, consumers);
  scenario.max_retries = retries;
  std::uint64_t runs = 0;
  for (const Fault& first : faults_in_pairs) {
    at_each_step(scenario, first, 0, [&runs](const Scenario& with_first, std::uint64_t step) {
      for (Fault second : faults_in_pairs) {
        for (second.consumer = 0; second.consumer < with_first.consumers; ++second.consumer) {
          runs += at_each_step(with_first, second, step, nothing_further);
        }
      }
    });
  }
  CHECK(runs > 100);
}

TEST_CASE("Without faults, an event with several routes is sent on each, with retries of its own") {
  const unsigned failures = GENERATE(0U, 2U, 4U);
  const unsigned consumers = GENERATE(1U, 2U);
  const Scenario scenario = with_routes(small_scenario(2, failures, consumers), 3);
  const RunResult result = run_simulation(scenario);
  require_kept_promises(scenario, result);
  CHECK(result.totals.sends == 6 * (failures < 4 ? failures + 1 : 4));
  CHECK(result.totals.successes == (failures < 4 ? 6 : 0));
}

TEST_CASE("Without faults, a retry waits as long as its provider asks for, within the limit") {
  const auto [retry_after, wait] = GENERATE(std::tuple{7s, 7s}, std::tuple{100s, 100s}, std::tuple{2h, 200s});
  Scenario scenario = small_scenario(2, 1, 2);
  scenario.longest_retry_after = 200s;
  for (Subject& subject : scenario.subjects) subject.retry_after = retry_after;
  const RunResult result = run_simulation(scenario);
  require_kept_promises(scenario, result);
  CHECK(result.totals.sends == 4);
  CHECK(result.time_to_rest >= wait);
  CHECK(result.time_to_rest < wait + 2s);
}

TEST_CASE("Without faults, a destination that is spared is sent to when that is over, and no attempt is lost to it") {
  const unsigned failures = GENERATE(0U, 3U);
  Scenario scenario = with_routes(small_scenario(2, failures, 2), 2);
  scenario.longest_retry_after = 20s;
  for (Subject& subject : scenario.subjects) subject.spared_until = 42s;
  const RunResult result = run_simulation(scenario);
  require_kept_promises(scenario, result);
  CHECK(result.totals.deferred == 4 * 3);
  CHECK(result.totals.sends == 4 * (failures + 1));
  CHECK(result.totals.successes == 4);
  CHECK(result.time_to_rest >= 42s);
}

TEST_CASE("Any fault before any step of a fan-out loses no notification, and repeats none without a cause") {
  const unsigned failures = GENERATE(0U, 1U, 4U);
  const unsigned consumers = GENERATE(1U, 2U);
  const Scenario scenario = with_routes(small_scenario(1, failures, consumers), 2);
  for (Fault fault : faults) {
    for (fault.consumer = 0; fault.consumer < consumers; ++fault.consumer) {
      CHECK(at_each_step(scenario, fault, 0, nothing_further) > 10);
    }
  }
}

TEST_CASE("Any fault before any step of a long wait loses nothing, and brings nothing before its time") {
  Scenario scenario = small_scenario(1, 1, 2);
  SECTION("that a provider asks for") { scenario.subjects.front().retry_after = 8s; }
  SECTION("of a destination that is spared") { scenario.subjects.front().spared_until = 8s; }
  SECTION("of both, on two routes") {
    scenario.subjects.front().retry_after = 8s;
    scenario.subjects.front().spared_until = 8s;
    scenario = with_routes(std::move(scenario), 2);
  }
  for (Fault fault : faults) {
    for (fault.consumer = 0; fault.consumer < scenario.consumers; ++fault.consumer) {
      CHECK(at_each_step(scenario, fault, 0, nothing_further) > 10);
    }
  }
}

TEST_CASE("Any late or unseen claim, and any failover that loses commits, costs a send for each of these and no more") {
  const unsigned failures = GENERATE(0U, 1U, 4U);
  const Scenario scenario = small_scenario(1, failures, 2);
  for (Fault fault : {Fault{FaultKind::next_claim_late}, Fault{FaultKind::next_claim_unseen},
                      Fault{.kind = FaultKind::fail_over, .duration = 200ms}}) {
    for (fault.consumer = 0; fault.consumer < 2; ++fault.consumer) {
      CHECK(at_each_step(scenario, fault, 0, [](const Scenario& with_fault, std::uint64_t) {
              const Totals totals = run_simulation(with_fault).totals;
              CHECK(totals.sent_again <= totals.lost_commits);
            }) > 10);
    }
  }
}

TEST_CASE("Connections that are lost again and again bury nothing that was only handed out") {
  Scenario scenario = small_scenario(30, 0, 1);
  scenario.send_concurrency = 1;
  scenario.likelihoods.send_slow = 1000;
  scenario.calm_after = 200s;
  scenario.faults.emplace(1, Fault{.kind = FaultKind::flapping_link, .duration = 200s});
  const RunResult result = run_simulation(scenario);
  require_kept_promises(scenario, result);
  CHECK(result.totals.worn >= 30);
  CHECK(result.totals.buried == 0);
  CHECK(result.totals.successes >= 30);
}

TEST_CASE("An event that ends its consumers is given up, and what was beside it is sent") {
  const unsigned consumers = GENERATE(1U, 2U);
  Scenario scenario = small_scenario(4, 0, consumers);
  scenario.subjects.front().ends_consumers = true;
  const RunResult result = run_simulation(scenario);
  require_kept_promises(scenario, result);
  CHECK(result.totals.successes >= 3);
  CHECK(result.totals.died >= 8);
}

TEST_CASE("Routes that are gone, at any step, send what waits for them nowhere else") {
  const unsigned failures = GENERATE(1U, 4U);
  const auto other_routes =
      GENERATE_COPY(std::vector<Route>{make_routes(2).back()}, std::vector<Route>{make_routes(2).front()});
  const Scenario scenario = with_other_routes(with_routes(small_scenario(1, failures, 2), 2), other_routes);
  for (unsigned consumer = 0; consumer < 2; ++consumer) {
    CHECK(at_each_step(scenario, {FaultKind::reroute, consumer}, 0, nothing_further) > 10);
  }
}

TEST_CASE("The same seed brings about the same run") {
  const std::uint64_t seed = GENERATE(Catch::Generators::range(1U, 40U));
  CHECK(run_simulation(draw_scenario(seed)).trace_hash == run_simulation(draw_scenario(seed)).trace_hash);
  CHECK(run_simulation(draw_scenario(seed)).trace_hash != run_simulation(draw_scenario(seed + 1)).trace_hash);
}
