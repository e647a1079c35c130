#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "bench/drain.hpp"
#include "bench/parts.hpp"
#include "bench/sending.hpp"

namespace notifier::bench {
namespace {

constexpr std::array connections_of_sender{16U, 64U, 256U, 1000U};
constexpr std::size_t events = 30'000;

/// Milliseconds that 99 of 100 sends took at most, as their rows tell.
double p99_milliseconds(const testing::TemporaryDatabase& database) {
  const auto rows = database.query(
      "SELECT JSON_EXTRACT(sends, '$[0][2]') AS took FROM notifications ORDER BY CAST(took AS SIGNED) DESC LIMIT 1 OFFSET " +
      std::to_string(events / 100));
  return std::stod(rows.at(0).at(0));
}

Measurements measure_at(unsigned connections) {
  const WebhookReceiver receiver;
  const testing::SenderConfiguration configuration = webhooks_to(receiver, connections);
  const testing::RealServers servers;
  set_up_for_drain(servers);
  const Drain drained = drain(servers, events, settings_with(configuration));
  const std::string by = " by " + std::to_string(connections);
  return {{"webhooks" + by, "events/s", drained.events_per_second},
          {"webhooks p99" + by, "ms", p99_milliseconds(servers.database())},
          {"webhooks memory" + by, "MB", drained.peak_megabytes}};
}

}  // namespace

Measurements measure_sends_in_flight() {
  Measurements curves;
  for (const unsigned connections : connections_of_sender) {
    for (Measurement& figure : measure_at(connections)) curves.push_back(std::move(figure));
  }
  return curves;
}

}  // namespace notifier::bench
