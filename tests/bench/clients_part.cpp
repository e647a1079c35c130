#include <array>
#include <chrono>
#include <string>

#include "bench/parts.hpp"
#include "bench/running_process.hpp"
#include "bench/wrk.hpp"
#include "support/system_under_test.hpp"

namespace notifier::bench {
namespace {

constexpr std::array clients_to_try{1U, 4U, 16U, 64U, 256U, 1024U};
constexpr std::chrono::seconds duration{5};

}  // namespace

Measurements measure_clients() {
  const testing::RealServers servers;
  const RunningProcess api{"api", servers.settings()};
  (void)run_wrk(api.port(), std::chrono::seconds{2});
  Measurements curve;
  for (const unsigned clients : clients_to_try) {
    const WrkResult result = run_wrk(api.port(), duration, clients);
    curve.push_back({"ingest by " + std::to_string(clients), "req/s", result.requests_per_second});
    curve.push_back({"ingest p99 by " + std::to_string(clients), "ms", result.p99_milliseconds});
  }
  return curve;
}

}  // namespace notifier::bench
