#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "fault/kit/load.hpp"
#include "fault/kit/readiness_watch.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/tcp_proxy.hpp"

namespace notifier::testing {

/// `api` and `consume` on the real servers with a proxy on each of their links, watched.
class LinkedNotifier {
 public:
  /// `changes` to the settings of both.
  explicit LinkedNotifier(const Environment& changes = {});

  TcpProxy api_to_rabbitmq{rabbitmq_port()};
  TcpProxy consume_to_rabbitmq{rabbitmq_port()};
  TcpProxy consume_to_mysql{mysql_port()};

  [[nodiscard]] std::uint16_t api_port() { return api_.port(); }
  [[nodiscard]] const RealServers& servers() const { return servers_; }

  void await_api_not_ready() { api_watch_.await_not_ready(); }
  void await_consumer_not_ready() { consume_watch_.await_not_ready(); }

  /// Waits until both say that they are ready; how long that took.
  std::chrono::milliseconds await_ready();

  /// Checks that nothing of `ledger` was lost and not more than `most_resent` was sent again, and that both processes have
  /// lived throughout.
  void check_account(const Ledger& ledger, std::size_t most_resent = 0);

 private:
  [[nodiscard]] Environment through(const TcpProxy& rabbitmq, const Environment& changes) const;

  RealServers servers_;
  NotifierProcess api_;
  NotifierProcess consume_;
  ReadinessWatch api_watch_{api_.port()};
  ReadinessWatch consume_watch_{consume_.port()};
};

}  // namespace notifier::testing
