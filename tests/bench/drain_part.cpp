#include <cstddef>

#include "bench/drain.hpp"
#include "bench/parts.hpp"
#include "bench/raw_rows.hpp"

namespace notifier::bench {
namespace {

constexpr std::size_t events = 150'000;

}  // namespace

Measurements measure_drain() {
  const testing::RealServers servers;
  set_up_for_drain(servers);
  const double ceiling = write_raw_rows(servers.database(), events);
  servers.database().query("TRUNCATE notifications");
  const Drain drained = drain(servers, events);
  return {{"drain", "events/s", drained.events_per_second},
          {"CPU of consume per event", "µs", drained.microseconds_per_event},
          {"peak memory of consume", "MB", drained.peak_megabytes},
          {"MySQL alone, without claims", "rows/s", ceiling}};
}

}  // namespace notifier::bench
