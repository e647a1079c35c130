#include "notifier/broker_topology.hpp"

#include <algorithm>

namespace notifier {
namespace {

std::string duration_name(std::chrono::milliseconds duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  return seconds == duration ? std::to_string(seconds.count()) + "s" : std::to_string(duration.count()) + "ms";
}

}  // namespace

std::vector<DelayQueue> delay_queues_for(const std::vector<std::chrono::milliseconds>& delays) {
  std::vector<std::chrono::milliseconds> distinct = delays;
  std::ranges::sort(distinct);
  const auto repeated = std::ranges::unique(distinct);
  distinct.erase(repeated.begin(), repeated.end());

  std::vector<DelayQueue> queues;
  queues.reserve(distinct.size());
  for (const auto delay : distinct) {
    queues.push_back({.delay = delay,
                      .name = "delay_queue_" + duration_name(delay),
                      .routing_key = "retry." + std::to_string(delay.count())});
  }
  return queues;
}

}  // namespace notifier
