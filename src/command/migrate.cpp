#include <iostream>

#include "command/adapters.hpp"
#include "command/commands.hpp"
#include "command/consuming.hpp"
#include "command/plain_passwords.hpp"
#include "command/stop_request.hpp"
#include "telemetry/database_monitor.hpp"

namespace notifier {

CommandResult run_migrate(const Settings& settings) {
  StopRequest stop;
  warn_about_plain_passwords(settings.mysql);
  const auto storage = open_storage(settings);
  ObservedRepository repository{storage->repository()};
  const DatabaseMonitor monitor{repository, DatabaseUse::writing};
  const auto migrated = migrate_when_available(repository, stop);
  if (!migrated) return std::unexpected{migrated.error()};
  if (!*migrated) return std::unexpected{"the database was not there until the stop was asked for; nothing was changed."};
  std::cout << "the schema is up to date\n" << std::flush;
  return {};
}

}  // namespace notifier
