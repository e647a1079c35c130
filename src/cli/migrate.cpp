#include <iostream>
#include <utility>

#include "app/processes.hpp"
#include "cli/settings/check_settings.hpp"
#include "cli/subcommands.hpp"

namespace notifier {

const Subcommand migrate_subcommand{
    .name = "migrate",
    .description = "Bring the database's schema up to date and end. Waits for as long as the database cannot be reached",
    .examples =
        R"(  MYSQL_HOST=db.example.com MYSQL_USER=admin MYSQL_PASSWORD_FILE=/run/secrets/mysql notifier migrate
  notifier --config /etc/notifier.toml migrate
)",
    .check = check_data_to_write,
    .prepare = [](CLI::App&) -> Subcommand::Run {
      return [](const Settings& settings) -> CommandResult {
        auto database = run_migrate(settings);
        if (!database) return std::unexpected{std::move(database.error())};
        std::cout << "the schema of " << *database << " is up to date\n" << std::flush;
        return {};
      };
    },
};

}  // namespace notifier
