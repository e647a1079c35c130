#include "fault/cluster/rabbitmq_cluster.hpp"

#include <boost/json/object.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/rabbitmq_management.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

void run(const std::string& command, const std::string& log) {
  if (std::system((command + " >> " + log + " 2>&1").c_str()) == 0) return;
  std::ifstream said{log};
  throw std::runtime_error{command + " failed:\n" + std::string{std::istreambuf_iterator<char>{said}, {}}};
}

}  // namespace

RabbitmqCluster::RabbitmqCluster() {
  run(std::string{NOTIFIER_RABBITMQ_CLUSTER} + " start " + folder_.path(), folder_.path() + "/log");
  std::ifstream ports{folder_.path() + "/ports"};
  for (std::string amqp, management; ports >> amqp >> management;) {
    const auto folder = folder_.path() + "/" + std::to_string(nodes_.size() + 1);
    nodes_.push_back(
        {amqp, management, std::make_unique<ServerControl>(folder, static_cast<std::uint16_t>(std::stoul(amqp)))});
  }
  ask(0);
}

RabbitmqCluster::~RabbitmqCluster() {
  nodes_.clear();
  try {
    run(std::string{NOTIFIER_RABBITMQ_CLUSTER} + " stop " + folder_.path(), folder_.path() + "/log");
  } catch (const std::exception&) {
    // Those that run on are seen by whoever looks: a destructor has nobody to tell.
  }
}

void RabbitmqCluster::ask(std::size_t index) const {
  ::setenv("NOTIFIER_TEST_RABBITMQ_PORT", nodes_.at(index).amqp_port.c_str(), 1);
  ::setenv("NOTIFIER_TEST_RABBITMQ_MANAGEMENT_PORT", nodes_.at(index).management_port.c_str(), 1);
}

std::string RabbitmqCluster::urls(const std::string& vhost) const {
  std::string urls;
  for (const Node& node : nodes_)
    urls += (urls.empty() ? "" : ",") + std::string{"amqp://guest:guest@127.0.0.1:"} + node.amqp_port + "/" + vhost;
  return urls;
}

std::size_t RabbitmqCluster::node_named_in(const std::string& text) const {
  for (std::size_t index = 0; index < nodes_.size(); ++index) {
    if (text.contains(nodes_[index].amqp_port)) return index;
  }
  throw std::runtime_error{"no node is named in: " + text};
}

std::size_t RabbitmqCluster::leader_of(const std::string& vhost, const std::string& queue) const {
  std::string leader;
  const bool known = wait_until([&] {
    const boost::json::object fields = RabbitmqManagement{vhost}.queue(queue);
    const auto* name = fields.if_contains("leader");
    if (name != nullptr && name->is_string()) leader = name->as_string();
    return !leader.empty();
  });
  if (!known) throw std::runtime_error{"no leader of " + queue + " is known"};
  return node_named_in(leader);
}

void RabbitmqCluster::cut_off(std::size_t index) const {
  // A node that has another's cookie wrong neither reaches it nor is reached by it.
  evaluate(index,
           "[begin erlang:set_cookie(N, cut_off), erlang:disconnect_node(N) end || N <- rabbit_nodes:all_running(), "
           "N =/= node()].");
}

void RabbitmqCluster::settle_new_queues() const {
  for (std::size_t index = 0; index < nodes_.size(); ++index) evaluate(index, "[dets:sync(Table) || Table <- dets:all()].");
}

void RabbitmqCluster::evaluate(std::size_t index, const std::string& expression) const {
  run((nodes_.at(index).server->folder() / "rabbitmqctl").string() + " eval '" + expression + "'", folder_.path() + "/log");
}

}  // namespace notifier::testing
