#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "fault/cluster/rabbitmq_cluster.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/readiness_watch.hpp"
#include "fault/kit/truth_watch.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"

namespace notifier::testing {

/// `api` and `consume` on a cluster, watched and under load. All of their connections go to the first node, which leads the
/// queues.
class ClusteredNotifier {
 public:
  explicit ClusteredNotifier(RabbitmqCluster& cluster);

  [[nodiscard]] std::uint16_t api_port() { return api_.port(); }

  /// The node to which the API, or the consumer's consuming connection, was connected last.
  [[nodiscard]] std::size_t node_of_api() const { return node_of(api_, "publishing"); }
  [[nodiscard]] std::size_t node_of_consumer() const { return node_of(consume_, "consuming"); }

  /// Waits until events are accepted and sent, and both say that they are ready. Call it when the fault has begun or ended
  /// from which they have to recover: the report says how long it took.
  void await_recovery();

  /// Waits until the API says that it is not ready.
  void await_api_not_ready() { api_watch_.await_not_ready(); }

  /// Ends the load and checks that nothing was lost or sent again, and that both have lived and told the truth throughout.
  void check_account();

 private:
  [[nodiscard]] std::size_t node_of(const NotifierProcess& process, const std::string& connection) const;
  [[nodiscard]] bool await_sends(std::size_t more) const;

  RabbitmqCluster& cluster_;
  RealServers servers_;
  Environment settings_ = servers_.settings({{"RABBITMQ_URL", cluster_.urls(servers_.vhost())}, {"MOCK_LATENCY", "20ms"}});
  NotifierProcess api_{{"api"}, settings_};
  NotifierProcess consume_{{"consume"}, settings_};
  ReadinessWatch api_watch_{api_.port()};
  ReadinessWatch consume_watch_{consume_.port()};
  Load load_{api_.port(), {.events_per_second = 200, .failing_of_hundred = 5}};
  TruthWatch truth_{api_.port()};
  std::optional<std::chrono::milliseconds> recovery_;
};

}  // namespace notifier::testing
