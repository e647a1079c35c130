#include <cstddef>
#include <string>

#include "bench/parts.hpp"
#include "bench/process_usage.hpp"
#include "bench/raw_publisher.hpp"
#include "bench/running_process.hpp"
#include "bench/wrk.hpp"
#include "notifier/broker_topology.hpp"
#include "support/system_under_test.hpp"

namespace notifier::bench {

using testing::RealServers;

namespace {

constexpr std::size_t backlog = 1'000'000;

}  // namespace

Measurements measure_backlog() {
  const RealServers servers;
  const RunningProcess api{"api", servers.settings()};
  const WrkResult alone = run_wrk(api.port(), wrk_duration);
  RawPublisher{servers.vhost()}.publish(std::string{main_queue}, backlog);

  const RunningProcess consume{"consume", servers.settings()};
  const WrkResult result = run_wrk(api.port(), wrk_duration);
  return {{"ingest alone", "req/s", alone.requests_per_second},
          {"ingest while a backlog drains", "req/s", result.requests_per_second},
          {"ingest p99 while a backlog drains", "ms", result.p99_milliseconds},
          {"peak memory of api by a backlog", "MB", peak_megabytes(api.pid())},
          {"peak memory of consume behind a backlog", "MB", peak_megabytes(consume.pid())}};
}

}  // namespace notifier::bench
