#include <chrono>

#include "bench/parts.hpp"
#include "bench/process_usage.hpp"
#include "bench/raw_publisher.hpp"
#include "bench/running_process.hpp"
#include "bench/wrk.hpp"
#include "support/system_under_test.hpp"

namespace notifier::bench {

using testing::RealServers;

namespace {

constexpr std::size_t raw_messages = 150'000;

double measure_ceiling() {
  const testing::TemporaryVhost vhost;
  RawPublisher publisher{vhost.name()};
  publisher.declare("raw");
  return publisher.publish("raw", raw_messages);
}

}  // namespace

Measurements measure_ingest() {
  const double ceiling = measure_ceiling();
  const RealServers servers;
  const RunningProcess api{"api", servers.settings()};
  (void)run_wrk(api.port(), std::chrono::seconds{2});
  const auto before = processor_time(api.pid());
  const WrkResult result = run_wrk(api.port(), wrk_duration);
  const auto used = processor_time(api.pid()) - before;
  return {{"ingest", "req/s", result.requests_per_second},
          {"ingest p99", "ms", result.p99_milliseconds},
          {"CPU of api per request", "µs", static_cast<double>(used.count()) / static_cast<double>(result.requests)},
          {"peak memory of api", "MB", peak_megabytes(api.pid())},
          {"rabbitmq-c alone, with confirms", "msg/s", ceiling}};
}

}  // namespace notifier::bench
