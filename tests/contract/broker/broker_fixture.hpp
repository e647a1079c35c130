#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "notifier/broker.hpp"
#include "notifier/broker_topology.hpp"

namespace notifier::testing {

inline constexpr std::chrono::milliseconds short_delay{500};
inline constexpr std::chrono::milliseconds long_delay{2000};

/// The topology that every fixture gives its brokers: the queues `delay_queue_500ms` and `delay_queue_2s`.
[[nodiscard]] inline BrokerTopology test_topology() {
  return {.queue_type = QueueType::quorum,
          .mode = TopologyMode::declare,
          .delay_queues = delay_queues_for({short_delay, long_delay})};
}

/// An adapter under test, on storage that is empty at first and that no other fixture shares (a vhost, a folder). The suite
/// makes one in each test case, so an adapter's fixture needs a default constructor. Failures of the fixture's own are
/// exceptions.
class BrokerFixture {
 public:
  virtual ~BrokerFixture() = default;

  /// A new broker on the fixture's storage with `test_topology()`; it need not be ready yet. Brokers made before are closed,
  /// unless `several_brokers`.
  [[nodiscard]] virtual std::unique_ptr<Broker> open() = 0;

  /// How many messages wait in the queue of that name, deliveries that are not acknowledged excluded. Looks past the port,
  /// and works while a broker is open.
  [[nodiscard]] virtual std::uint64_t depth(std::string_view queue) = 0;

  /// The messages in the dead letter queue, oldest first. They stay there. Likewise past the port.
  [[nodiscard]] virtual std::vector<Message> dead_letters() = 0;

  /// Whether two brokers can be open on the storage at the same time.
  [[nodiscard]] virtual bool several_brokers() const = 0;
};

}  // namespace notifier::testing
