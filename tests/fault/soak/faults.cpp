#include "fault/soak/faults.hpp"

#include <stdexcept>

#include "support/rabbitmq_management.hpp"

namespace notifier::testing {
namespace {

std::vector<Fault> faults_of(Restartable& process, const std::string& name, bool sends) {
  return {{.name = name + " killed",
           .begin = [&process] { process.kill(); },
           .end = [&process] { process.start(); },
           .may_repeat_sends = sends},
          {.name = name + " stopped",
           .begin =
               [&process, name] {
                 if (!process.stop()) throw std::runtime_error{name + " did not stop well"};
               },
           .end = [&process] { process.start(); }},
          {.name = name + " frozen",
           .begin = [&process] { process.freeze(); },
           .end = [&process] { process.thaw(); },
           .may_repeat_sends = sends}};
}

std::vector<Fault> faults_of(TcpProxy& link, const std::string& name, bool sends) {
  return {{.name = name + " cut", .begin = [&link] { link.cut(); }, .end = [] {}, .may_repeat_sends = sends},
          {.name = name + " down",
           .begin = [&link] { link.go_down(); },
           .end = [&link] { link.restore(); },
           .may_repeat_sends = sends},
          {.name = name + " silent",
           .begin = [&link] { link.fall_silent(); },
           .end =
               [&link] {
                 link.cut();
                 link.restore();
               },
           .may_repeat_sends = sends}};
}

std::vector<Fault> faults_of(ServerControl& server, const std::string& name) {
  return {{.name = name + " stopped",
           .begin = [&server] { server.stop(); },
           .end = [&server] { server.start(); },
           .may_repeat_sends = true},
          {.name = name + " killed",
           .begin = [&server] { server.kill(); },
           .end = [&server] { server.start(); },
           .may_repeat_sends = true},
          {.name = name + " frozen",
           .begin = [&server] { server.freeze(); },
           .end = [&server] { server.thaw(); },
           .may_repeat_sends = true}};
}

Fault memory_alarm(RabbitmqServer& rabbitmq) {
  return {.name = "memory alarm",
          .begin = [&rabbitmq] { rabbitmq.raise_memory_alarm(); },
          .end = [&rabbitmq] { rabbitmq.clear_memory_alarm(); }};
}

Fault garbage(const World& world) {
  return {.name = "garbage in the main queue",
          .begin =
              [vhost = world.servers.vhost()] {
                const RabbitmqManagement management{vhost};
                for (const char* body : {"", "{", "\xff\xfe", R"({"id":"x"})", "[[[[[[[[[["})
                  management.publish("notification_events", body);
              },
          .end = [] {}};
}

}  // namespace

std::vector<std::vector<Fault>> faults_by_part(World& world) {
  std::vector<Fault> broker = faults_of(world.rabbitmq, "RabbitMQ");
  broker.push_back(memory_alarm(world.rabbitmq));
  broker.push_back(garbage(world));
  return {faults_of(world.api, "API", false),
          faults_of(world.consumers[0], "first consumer", true),
          faults_of(world.consumers[1], "second consumer", true),
          faults_of(world.api_to_rabbitmq, "API's link to RabbitMQ", false),
          faults_of(world.consume_to_rabbitmq, "consumers' link to RabbitMQ", true),
          faults_of(world.consume_to_mysql, "consumers' link to MySQL", true),
          std::move(broker),
          faults_of(world.mysql, "MySQL")};
}

}  // namespace notifier::testing
