#pragma once

#include <chrono>
#include <expected>
#include <string>

#include "app/consuming.hpp"
#include "app/stop_request.hpp"
#include "notifier/broker.hpp"
#include "notifier/readiness.hpp"
#include "telemetry/database_monitor.hpp"

namespace notifier {

/// Ready until a stop is requested, while the broker is ready and, in a process that consumes, the database answers and
/// consuming has begun. Without a monitor there is no database; without `consuming` nothing is consumed.
[[nodiscard]] inline ReadinessProbe make_readiness_probe(const Broker& broker, const DatabaseMonitor* database,
                                                         const Consuming* consuming, const StopRequest& stop) {
  return [&broker, database, consuming, &stop] {
    const BrokerState broker_state = broker.state();
    const bool answers = database != nullptr && database->available();
    const bool waits_for_schema = consuming != nullptr && !consuming->has_begun();
    Readiness readiness;
    readiness.stopping = stop.requested();
    readiness.ready = !readiness.stopping && broker_state == BrokerState::ready &&
                      (consuming == nullptr || (answers && !waits_for_schema));
    readiness.broker.state = to_string(broker_state);
    if (database != nullptr) {
      readiness.database.state = !answers ? "unavailable" : waits_for_schema ? "waiting for its schema" : "ready";
    }
    if (consuming != nullptr) {
      readiness.senders = consuming->circuits();
      readiness.housekeeping = consuming->housekeeping();
    }
    return readiness;
  };
}

/// Before the port is opened: waits until the broker is ready and the schema up to date, a moment at most. A proxy without
/// health checks sends events as soon as there is a port. The error is a sentence: one of them cannot be used at all, and
/// who starts notifier is not to read that it listens.
[[nodiscard]] inline std::expected<void, std::string> await_parts(const Broker& broker, const Consuming* consuming,
                                                                  StopRequest& stop) {
  constexpr std::chrono::seconds longest_wait{2};
  constexpr std::chrono::milliseconds interval{10};
  const auto end = std::chrono::steady_clock::now() + longest_wait;
  while (true) {
    const auto schema = consuming == nullptr ? std::expected<bool, std::string>{true} : consuming->is_schema_ready();
    if (!schema) return std::unexpected{schema.error()};
    const bool are_ready = *schema && broker.state() == BrokerState::ready;
    if (are_ready || std::chrono::steady_clock::now() >= end || stop.wait_for(interval)) return stop.outcome();
  }
}

}  // namespace notifier
