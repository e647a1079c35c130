#pragma once

#include "command/consuming.hpp"
#include "command/stop_request.hpp"
#include "notifier/broker.hpp"
#include "notifier/readiness.hpp"
#include "telemetry/database_monitor.hpp"

namespace notifier {

/// Ready until stopping is asked for, while the broker is and, of a process that consumes, the database answers and
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
    if (consuming != nullptr) readiness.senders = consuming->circuits();
    return readiness;
  };
}

}  // namespace notifier
