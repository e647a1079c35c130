#include <catch2/catch_test_macros.hpp>

#include "fault/cluster/clustered_notifier.hpp"
#include "fault/cluster/rabbitmq_cluster.hpp"

using namespace notifier::testing;

TEST_CASE("#5 Nodes of a cluster are killed one after the other, then two at once, and nothing that was accepted is lost") {
  RabbitmqCluster cluster;
  ClusteredNotifier notifier{cluster};

  // It leads the queues, and all connections are to it.
  cluster.ask(2);
  cluster.node(0).kill();
  notifier.await_recovery();
  cluster.node(0).start();

  cluster.node(1).kill();
  notifier.await_recovery();

  // With two of three the quorum is gone.
  cluster.node(0).kill();
  notifier.await_api_not_ready();
  CHECK(ingest(notifier.api_port(), event_body()).status == 503);
  cluster.node(0).start();
  cluster.node(1).start();
  // The one that was alone had paused, and may take longer to be back than those that were started.
  cluster.ask(0);
  notifier.await_recovery();

  notifier.check_account();
}

TEST_CASE("#5 A node that is cut off from the others is left for one that has the quorum, and nothing accepted is lost") {
  RabbitmqCluster cluster;
  ClusteredNotifier notifier{cluster};
  cluster.ask(2);
  cluster.cut_off(0);
  notifier.await_recovery();
  CHECK(notifier.node_of_api() != 0);
  CHECK(notifier.node_of_consumer() != 0);

  // A node that was cut off takes part again when it is started anew.
  cluster.node(0).kill();
  cluster.node(0).start();
  notifier.await_recovery();
  notifier.check_account();
}
