#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace notifier {

// Names that other services and dashboards know.
inline constexpr std::string_view main_queue = "notification_events";
inline constexpr std::string_view dead_letter_queue = "notification_dead_letter_queue";
inline constexpr std::string_view retry_exchange = "retry_exchange";

/// How often the broker hands out a message whose consumers crash before it dead-letters the message by itself.
inline constexpr int main_queue_delivery_limit = 20;

enum class QueueType { quorum, classic };

/// `declare`: create what is missing. `passive`: the operator owns arguments and policies; only check that all of it exists.
enum class TopologyMode { declare, passive };

struct DelayQueue {
  std::chrono::milliseconds delay;
  std::string name;         ///< `delay_queue_5s`, or `delay_queue_1500ms` when the delay is not whole seconds
  std::string routing_key;  ///< on `retry_exchange`: `retry.<ms>`
};

/// The delay queues of the given delays, each once, shortest first.
[[nodiscard]] std::vector<DelayQueue> delay_queues_for(const std::vector<std::chrono::milliseconds>& delays);

struct BrokerTopology {
  QueueType queue_type = QueueType::quorum;
  TopologyMode mode = TopologyMode::declare;
  std::vector<DelayQueue> delay_queues;
};

}  // namespace notifier
