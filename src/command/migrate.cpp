#include <iostream>

#include "command/adapters.hpp"
#include "command/commands.hpp"
#include "command/consuming.hpp"
#include "command/stop_request.hpp"
#include "telemetry/database_monitor.hpp"

namespace notifier {

CommandResult run_migrate(const Settings& settings) {
  StopRequest stop;
  auto made = make_repository(settings);
  if (!made) return std::unexpected{std::move(made.error())};
  ObservedRepository repository{std::move(*made)};
  const DatabaseMonitor monitor{repository, DatabaseUse::writing};
  const auto migrated = migrate_when_available(repository, stop);
  if (!migrated) return std::unexpected{migrated.error()};
  if (!*migrated) return std::unexpected{"the database was not there until the stop was asked for; nothing was changed."};
  std::cout << "the schema is up to date\n" << std::flush;
  return {};
}

}  // namespace notifier
