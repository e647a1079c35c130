#include "bench/drain.hpp"

#include <string>

#include "bench/process_usage.hpp"
#include "bench/raw_publisher.hpp"
#include "bench/running_process.hpp"
#include "bench/sent_events.hpp"
#include "notifier/broker_topology.hpp"

namespace notifier::bench {
namespace {

double seconds_since(const testing::TemporaryDatabase& database, const std::string& begin) {
  const auto rows = database.query(
      "SELECT TIMESTAMPDIFF(MICROSECOND, MIN(created_at), MAX(updated_at)) FROM notifications WHERE created_at >= '" +
      begin + "'");
  return std::stod(rows.at(0).at(0)) / 1e6;
}

}  // namespace

void set_up_for_drain(const testing::RealServers& servers) { const RunningProcess first{"consume", servers.settings()}; }

Drain drain(const testing::RealServers& servers, std::size_t events, const testing::Environment& settings) {
  RawPublisher publisher{servers.vhost()};
  publisher.publish(std::string{main_queue}, events);
  const std::string begin = servers.database().query("SELECT UTC_TIMESTAMP(6)").at(0).at(0);
  const RunningProcess consume{"consume", servers.settings(settings)};
  publisher.await_empty(std::string{main_queue});
  await_all_sent(servers.database(), events, begin);
  const auto used = processor_time(consume.pid());
  return {.events_per_second = static_cast<double>(events) / seconds_since(servers.database(), begin),
          .microseconds_per_event = static_cast<double>(used.count()) / static_cast<double>(events),
          .peak_megabytes = peak_megabytes(consume.pid())};
}

}  // namespace notifier::bench
