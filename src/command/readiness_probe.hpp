#pragma once

#include "notifier/broker.hpp"
#include "notifier/readiness.hpp"
#include "telemetry/database_monitor.hpp"

namespace notifier {

/// Ready while the broker is and, with `needs_database`, the database answers. Without a monitor there is no database.
[[nodiscard]] inline ReadinessProbe make_readiness_probe(const Broker& broker, const DatabaseMonitor* database,
                                                         bool needs_database) {
  return [&broker, database, needs_database] {
    const BrokerState broker_state = broker.state();
    const bool database_available = database != nullptr && database->available();
    Readiness readiness;
    readiness.ready = broker_state == BrokerState::ready && (database_available || !needs_database);
    readiness.broker.state = to_string(broker_state);
    if (database != nullptr) readiness.database.state = database_available ? "ready" : "unavailable";
    return readiness;
  };
}

}  // namespace notifier
