#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace notifier::bench {

struct WrkResult {
  std::size_t requests = 0;
  double requests_per_second = 0;
  double p99_milliseconds = 0;
};

inline constexpr std::chrono::seconds wrk_duration{10};

inline constexpr unsigned usual_clients = 64;

/// Posts one event again and again with wrk, on one thread over a connection for each client. Throws when wrk cannot be run,
/// or an answer was not 2xx.
[[nodiscard]] WrkResult run_wrk(std::uint16_t port, std::chrono::seconds duration, unsigned clients = usual_clients);

}  // namespace notifier::bench
