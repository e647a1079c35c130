#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "fault/kit/server_control.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

/// Three RabbitMQ nodes of the test's own.
class RabbitmqCluster {
 public:
  RabbitmqCluster();
  ~RabbitmqCluster();
  RabbitmqCluster(const RabbitmqCluster&) = delete;
  RabbitmqCluster& operator=(const RabbitmqCluster&) = delete;

  [[nodiscard]] ServerControl& node(std::size_t index) { return *nodes_.at(index).server; }

  /// From now on the tests' own questions (vhosts, queue depths, dead letters) go to this node, which must live.
  void ask(std::size_t index) const;

  /// URLs of all nodes, the first one first.
  [[nodiscard]] std::string urls(const std::string& vhost) const;

  /// See `RabbitmqServer::settle_new_queues`.
  void settle_new_queues() const;

 private:
  struct Node {
    std::string amqp_port;
    std::string management_port;
    std::unique_ptr<ServerControl> server;
  };

  TemporaryFolder folder_;
  std::vector<Node> nodes_;
};

}  // namespace notifier::testing
