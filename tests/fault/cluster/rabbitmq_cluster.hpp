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

  /// The node of this cluster whose AMQP port `text` mentions. Throws if it mentions none.
  [[nodiscard]] std::size_t node_named_in(const std::string& text) const;

  /// The node that leads a quorum queue. Throws if the node that is asked does not know of one within some seconds.
  [[nodiscard]] std::size_t leader_of(const std::string& vhost, const std::string& queue) const;

  /// Breaks the links between one node and the others, as a broken network does; clients reach it as before. Lasts until
  /// that node is started anew.
  void cut_off(std::size_t index) const;

  /// See `RabbitmqServer::settle_new_queues`.
  void settle_new_queues() const;

 private:
  void evaluate(std::size_t index, const std::string& expression) const;

  struct Node {
    std::string amqp_port;
    std::string management_port;
    std::unique_ptr<ServerControl> server;
  };

  TemporaryFolder folder_;
  std::vector<Node> nodes_;
};

}  // namespace notifier::testing
