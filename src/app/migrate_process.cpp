#include "app/processes.hpp"

#include "app/adapters.hpp"
#include "app/consuming.hpp"
#include "app/plain_passwords.hpp"
#include "app/stop_request.hpp"
#include "notifier/log.hpp"

namespace notifier {

std::expected<std::string, std::string> run_migrate(const Settings& settings) {
  StopRequest stop;
  warn_about_plain_passwords(settings.mysql);
  const auto storage = open_storage(settings);
  const auto repository = storage->repository();
  const auto migrated = migrate_when_available(*repository, stop, {}, [](const std::string& error) {
    log::warn("migrate waits until the database can be used, however long that takes; SIGTERM or Ctrl-C ends it",
              {{"error", error}});
  });
  if (!migrated) return std::unexpected{migrated.error()};
  if (!*migrated) return std::unexpected{"stopped before the database became available; nothing was changed."};
  return storage->location();
}

}  // namespace notifier
