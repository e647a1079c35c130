#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstddef>
#include <memory>
#include <set>
#include <string>

#include "notifier/broker_topology.hpp"
#include "support/notifier_process.hpp"
#include "support/rabbitmq_management.hpp"
#include "support/system_under_test.hpp"
#include "support/tcp_proxy.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

constexpr std::size_t events = 20;

/// RabbitMQ gives a message up when it comes back for the 21st time.
constexpr int losses = notifier::main_queue_delivery_limit + 2;

constexpr std::chrono::minutes patience{2};

/// A consumer that holds deliveries without getting anywhere is interrupted again and again; then another one works.
class InterruptedConsumer {
 public:
  InterruptedConsumer() {
    for (std::size_t i = 0; i < events; ++i) ids_.insert(accepted_event_id(api_.port(), event_body()));
  }

  [[nodiscard]] Environment slow() const {
    Environment settings = servers_.settings({{"SEND_CONCURRENCY", "1"}, {"MOCK_LATENCY", "9s"}});
    settings["RABBITMQ_URL"] = "amqp://guest:guest@127.0.0.1:" + std::to_string(to_rabbitmq.port()) + "/" + servers_.vhost();
    return settings;
  }

  /// Each event is sent once at least, and none is a dead letter.
  void check_all_are_sent() {
    {
      const NotifierProcess fast{{"consume"}, servers_.settings({{"MOCK_LATENCY", "10ms"}})};
      for (const std::string& id : ids_) {
        CHECK(await_status(api_.port(), id, "SENT", patience).at("status").as_string() == "SENT");
      }
      REQUIRE(wait_until([&] { return queues_.messages_in(main_queue_) == 0; }, patience));
    }
    // What was given up in the instant of a loss goes with the pass that a consumer begins with.
    const NotifierProcess next{{"consume"}, servers_.settings()};
    CHECK(wait_until([&] { return queues_.messages_in(std::string{notifier::dead_letter_queue}) == 0; }, patience));
    CHECK(servers_.database().query("SELECT id FROM dead_letters WHERE state = 'DEAD'").empty());
  }

  TcpProxy to_rabbitmq{rabbitmq_port()};

 private:
  const std::string main_queue_{notifier::main_queue};
  RealServers servers_;
  RabbitmqManagement queues_{servers_.vhost()};
  NotifierProcess api_{{"api"}, servers_.settings()};
  std::set<std::string> ids_;
};

/// Waits until it has consumed by so many connections: RabbitMQ has handed out to it all that waits.
void await_consuming(const NotifierProcess& consume, std::size_t connections) {
  REQUIRE(wait_until([&] { return lines_with(R"("connection":"consuming","broker")", consume.output()) >= connections; },
                     patience));
}

}  // namespace

TEST_CASE("Events that are in hand at 22 cuts of the connection are no dead letters") {
  InterruptedConsumer interrupted;
  {
    const NotifierProcess consume{{"consume"}, interrupted.slow()};
    for (int loss = 0; loss < losses; ++loss) {
      await_consuming(consume, static_cast<std::size_t>(loss) + 1);
      interrupted.to_rabbitmq.cut();
    }
  }
  interrupted.check_all_are_sent();
}

TEST_CASE("Events that are in hand when their consumer is killed 22 times are no dead letters") {
  InterruptedConsumer interrupted;
  for (int loss = 0; loss < losses; ++loss) {
    NotifierProcess consume{{"consume"}, interrupted.slow()};
    await_consuming(consume, 1);
    consume.signal(SIGKILL);
    REQUIRE(consume.wait_for_exit() == -SIGKILL);
  }
  interrupted.check_all_are_sent();
}
