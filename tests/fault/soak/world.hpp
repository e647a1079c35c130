#pragma once

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "fault/kit/server_control.hpp"
#include "support/http_request.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/tcp_proxy.hpp"

namespace notifier::testing {

/// One of the processes of notifier, which is started again on the same port whenever it was ended.
class Restartable {
 public:
  Restartable(std::string subcommand, Environment settings, std::uint16_t port);

  void start();
  void kill();

  /// SIGTERM. True if it ended with status 0.
  [[nodiscard]] bool stop();

  void freeze() { process_->freeze(); }
  void thaw() { process_->signal(SIGCONT); }

  /// Whether it runs, unless it was ended by us.
  [[nodiscard]] bool is_well() { return !process_ || process_->is_running(); }

  /// What it answers to `/health/ready`; status 0: nothing.
  [[nodiscard]] HttpAnswer readiness() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string output() const { return process_ ? process_->output() : ""; }

 private:
  std::string subcommand_;
  Environment settings_;
  std::uint16_t port_;
  std::optional<NotifierProcess> process_;
};

/// One API and two consumers, each connection of theirs through a proxy, and the servers.
class World {
 public:
  /// No consumer sends more than this at once.
  static constexpr std::size_t sends_at_once = 20;

  World();

  RabbitmqServer rabbitmq;
  MysqlServer mysql;
  RealServers servers;
  TcpProxy api_to_rabbitmq{rabbitmq_port()};
  TcpProxy consume_to_rabbitmq{rabbitmq_port()};
  TcpProxy consume_to_mysql{mysql_port()};
  Restartable api;
  std::array<Restartable, 2> consumers;

  /// Waits, a minute at most, until all processes say that they are ready. False if they did not.
  [[nodiscard]] bool await_ready();

  /// Empty, or which process has ended by itself, with its output.
  [[nodiscard]] std::string unwell();

  /// What each process says about its readiness.
  [[nodiscard]] std::string readiness() const;

 private:
  [[nodiscard]] Environment api_settings() const;
  [[nodiscard]] Environment consumer_settings() const;
  [[nodiscard]] std::string broker_url(const TcpProxy& proxy) const;
};

}  // namespace notifier::testing
