#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "fault/kit/load.hpp"
#include "fault/kit/readiness_watch.hpp"
#include "fault/kit/truth_watch.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"

namespace notifier::testing {

/// `api` and `consume` on the real servers, watched and, once they are ready, under load.
class RunningNotifier {
 public:
  using Database = RealServers::Database;

  explicit RunningNotifier(const Environment& changes = {}, Database database = Database::mysql);

  [[nodiscard]] std::uint16_t api_port() { return api_.port(); }
  [[nodiscard]] const RealServers& servers() const { return servers_; }

  /// Waits until some hundred more events were accepted.
  void await_load();

  /// Wait until the processes say that they are not ready: both, or the consumer and not the API.
  void await_not_ready();
  void await_consumer_not_ready();

  /// Waits until both say that they are ready. Call it when the fault has ended: the report says how long it took.
  void await_ready();

  /// What the consumer has logged so far.
  [[nodiscard]] std::string log_of_consumer() const { return consume_.output(); }

  /// Ends the load and checks that nothing was lost or sent again, that no attempt was counted but for sends that failed,
  /// and that both have lived and told the truth throughout. What the clients know of it.
  Ledger check_account();

 private:
  std::uint16_t port_when_ready();

  RealServers servers_;
  NotifierProcess api_;
  NotifierProcess consume_;
  ReadinessWatch api_watch_{api_.port()};
  ReadinessWatch consume_watch_{consume_.port()};
  Load load_{port_when_ready(), {.failing_of_hundred = 5}};
  TruthWatch truth_{api_.port()};
  std::optional<std::chrono::milliseconds> recovery_;
};

}  // namespace notifier::testing
