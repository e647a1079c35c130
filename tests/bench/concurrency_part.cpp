#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "bench/drain.hpp"
#include "bench/parts.hpp"

namespace notifier::bench {
namespace {

constexpr std::array concurrencies{1U, 10U, 50U, 100U, 250U, 500U, 1000U, 2000U};
constexpr std::size_t most_events = 100'000;
constexpr std::size_t events_per_place = 1'000;

}  // namespace

Measurements measure_concurrency() {
  Measurements curve;
  for (const unsigned concurrency : concurrencies) {
    const testing::RealServers servers;
    set_up_for_drain(servers);
    const Drain drained = drain(
        servers, std::min(concurrency * events_per_place, most_events),
        {{"SEND_CONCURRENCY", std::to_string(concurrency)}, {"PREFETCH", std::to_string(std::max(1000U, 2 * concurrency))}});
    curve.push_back({"drain by " + std::to_string(concurrency), "events/s", drained.events_per_second});
  }
  return curve;
}

}  // namespace notifier::bench
