#include <cstddef>
#include <string>

#include "bench/parts.hpp"
#include "bench/process_usage.hpp"
#include "bench/raw_publisher.hpp"
#include "bench/raw_rows.hpp"
#include "bench/running_process.hpp"
#include "bench/sent_events.hpp"
#include "notifier/broker_topology.hpp"
#include "support/system_under_test.hpp"

namespace notifier::bench {

using testing::RealServers;

namespace {

constexpr std::size_t events = 150'000;

}  // namespace

Measurements measure_drain() {
  const RealServers servers;
  {
    // It declares the queues and the schema, and is gone before there is something to do.
    const RunningProcess first{"consume", servers.settings()};
  }
  const double ceiling = write_raw_rows(servers.database(), events);
  servers.database().query("TRUNCATE notifications");
  RawPublisher{servers.vhost()}.publish(std::string{main_queue}, events);

  const RunningProcess consume{"consume", servers.settings()};
  await_all_sent(servers.database(), events);
  const auto used = processor_time(consume.pid());
  return {{"drain", "events/s", static_cast<double>(events) / seconds_of_draining(servers.database())},
          {"CPU of consume per event", "µs", static_cast<double>(used.count()) / static_cast<double>(events)},
          {"peak memory of consume", "MB", peak_megabytes(consume.pid())},
          {"MySQL alone, without claims", "rows/s", ceiling}};
}

}  // namespace notifier::bench
