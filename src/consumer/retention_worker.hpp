#pragma once

#include <optional>
#include <stop_token>

#include "consumer/housekeeping_state.hpp"
#include "consumer/leased_thread.hpp"
#include "notifier/broker.hpp"
#include "notifier/retention.hpp"

namespace notifier {

/// Periodically purges what is too old, with little of the database's time while events wait.
class RetentionWorker {
 public:
  /// The ports outlive it.
  RetentionWorker(Broker& broker, Retention& retention, RetentionPolicy policy);

  /// See `LeasedThread`.
  void start() { thread_.start(); }
  void begin_stop() { thread_.begin_stop(); }
  void stop() { thread_.stop(); }

  /// What it cannot do now. Any thread.
  [[nodiscard]] std::optional<PartFault> fault() const { return state_.fault(); }

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] bool pass(const std::stop_token& stop);
  [[nodiscard]] bool do_events_wait();

  Broker& broker_;
  Retention& retention_;
  const RetentionPolicy policy_;
  HousekeepingState state_{"retention"};

  LeasedThread thread_;  // uses all of the above
};

}  // namespace notifier
