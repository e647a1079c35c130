#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <iostream>

#include "fault/simulation/simulation.hpp"

using namespace notifier::simulation;

namespace {

constexpr std::uint64_t default_first_seed = 1;
constexpr std::uint64_t default_runs = 4000;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

void print_trace(const RunResult& result) {
  for (const std::string& line : result.trace) std::cout << line << '\n';
}

}  // namespace

TEST_CASE("Whatever faults a seed brings about, nothing accepted is lost and nothing is sent twice without a cause") {
  if (const char* seed = std::getenv("NOTIFIER_SIMULATION_SEED")) {
    const RunResult result = run_simulation(draw_scenario(std::strtoull(seed, nullptr, 10)), KeepTrace::yes);
    print_trace(result);
    CHECK(result.violations == std::vector<std::string>{});
    return;
  }
  const std::uint64_t first_seed = number_from_environment("NOTIFIER_SIMULATION_FIRST_SEED", default_first_seed);
  const std::uint64_t runs = number_from_environment("NOTIFIER_SIMULATION_RUNS", default_runs);
  for (std::uint64_t seed = first_seed; seed < first_seed + runs; ++seed) {
    const RunResult result = run_simulation(draw_scenario(seed));
    INFO("NOTIFIER_SIMULATION_SEED=" << seed << " shows how it came about");
    REQUIRE(result.violations == std::vector<std::string>{});
  }
}
