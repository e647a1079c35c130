#pragma once

#include <cstddef>

#include "support/system_under_test.hpp"

namespace notifier::bench {

struct Drain {
  double events_per_second = 0;  ///< from the first claim of an event to the last record of an outcome, by the rows' times
  double microseconds_per_event = 0;  ///< of processor time, in `consume`
  double peak_megabytes = 0;          ///< of memory, of `consume`
};

/// Has a `consume` set up the queues and the schema, and end before there is something to do.
void set_up_for_drain(const testing::RealServers& servers);

/// Publishes so many events and starts a `consume` that drains them. Throws if that takes longer than ten minutes.
[[nodiscard]] Drain drain(const testing::RealServers& servers, std::size_t events,
                          const testing::Environment& settings = {});

}  // namespace notifier::bench
