#pragma once

#include <vector>

#include "notifier/api_key.hpp"
#include "notifier/readiness.hpp"

namespace notifier {

class Broker;
class DeadLetterRepository;
class NotificationHistory;
class NotificationRepository;

/// What the routes work with. The pointees outlive the server.
struct HttpServices {
  Broker* broker = nullptr;                      ///< null: no ingest here (the health server of `consume`)
  NotificationRepository* repository = nullptr;  ///< null: what needs the database answers 503
  NotificationHistory* history = nullptr;        ///< null: likewise
  DeadLetterRepository* dead_letters = nullptr;  ///< null: likewise
  ReadinessProbe readiness;
  std::vector<ApiKey> api_keys;  ///< kept as hashes only
};

}  // namespace notifier
