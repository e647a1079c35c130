#include "app/processes.hpp"

#include "app/adapters.hpp"
#include "app/consuming.hpp"
#include "app/plain_passwords.hpp"
#include "app/stop_request.hpp"
#include "telemetry/database_monitor.hpp"

namespace notifier {

std::expected<std::string, std::string> run_migrate(const Settings& settings) {
  StopRequest stop;
  warn_about_plain_passwords(settings.mysql);
  const auto storage = open_storage(settings);
  ObservedRepository repository{storage->repository()};
  const DatabaseMonitor monitor{repository, DatabaseUse::writing};
  const auto migrated = migrate_when_available(repository, stop);
  if (!migrated) return std::unexpected{migrated.error()};
  if (!*migrated) return std::unexpected{"stopped before the database became available; nothing was changed."};
  return storage->location();
}

}  // namespace notifier
