#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "fault/failover/mysql_group.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/readiness_watch.hpp"
#include "fault/kit/truth_watch.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"

namespace notifier::testing {

/// `api` and `consume` that know all servers of a group, watched and under load.
class FailingOverNotifier {
 public:
  explicit FailingOverNotifier(MysqlGroup& group);

  [[nodiscard]] std::string log_of_consumer() const { return consume_.output(); }

  /// Waits until events are accepted and sent, and both say that they are ready. Call it when the fault has begun or ended
  /// from which they have to recover: the report says how long it took.
  void await_recovery();

  /// Waits until the consumer says that it is not ready, and then until some more events were accepted.
  void await_outage();

  /// Ends the load and checks that nothing was lost, sent again or refused, that no attempt was counted but for sends that
  /// failed, and that both have lived and told the truth throughout.
  void check_account();

 private:
  std::uint16_t port_when_ready();
  [[nodiscard]] bool await_sends(std::size_t more) const;

  MysqlGroup& group_;
  RealServers servers_{group_.port(0)};
  Environment settings_ = servers_.settings({{"MYSQL_HOST", group_.hosts()}, {"MOCK_LATENCY", "20ms"}});
  NotifierProcess api_{{"api"}, settings_};
  NotifierProcess consume_{{"consume"}, settings_};
  ReadinessWatch api_watch_{api_.port()};
  ReadinessWatch consume_watch_{consume_.port()};
  Load load_{port_when_ready(), {.events_per_second = 200, .failing_of_hundred = 5}};
  TruthWatch truth_{api_.port()};
  std::optional<std::chrono::milliseconds> recovery_;
};

}  // namespace notifier::testing
