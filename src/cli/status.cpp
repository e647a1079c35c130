#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "app/adapters.hpp"
#include "base/json_line.hpp"
#include "cli/notification_tables.hpp"
#include "cli/settings/check_settings.hpp"
#include "cli/subcommands.hpp"
#include "cli/terminal.hpp"
#include "cli/terminal_output.hpp"
#include "domain/notification_json.hpp"
#include "operations/find_notification.hpp"

namespace notifier {
namespace {

struct StatusOptions {
  std::string id;
  bool json = false;  ///< also on a terminal
};

CommandResult run_status(const Settings& settings, const StatusOptions& options) {
  const auto storage = open_existing_storage(settings);
  if (!storage) return std::unexpected{storage.error()};
  const auto found = find_notification(*(*storage)->repository_to_read(), options.id);
  if (!found) return std::unexpected{found.error().detail + "."};
  if (!*found) {
    return std::unexpected{"no notification of the event '" + options.id +
                           "' is known: either the id is wrong, or no consumer has seen the event yet."};
  }
  if (const auto screen = terminal(); screen && !options.json) {
    write_as_is(std::cout, notification_table(**found, *screen));
  } else {
    std::cout << in_one_line(to_json(**found)) << '\n' << std::flush;
  }
  return 0;
}

}  // namespace

const Subcommand status_subcommand{
    .name = "status",
    .description = "Show what became of an event, from the database",
    .examples =
        R"(  notifier status 019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b
  notifier status 019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b --json | jq .attempts
)",
    .check = check_data_to_read,
    .prepare = [](CLI::App& parser) -> Subcommand::Run {
      const auto options = std::make_shared<StatusOptions>();
      parser.add_option("event-id", options->id, "The id of the event, as ingest answered it, or of its notification")
          ->required()
          ->type_name("");
      parser.add_flag("--json", options->json, "JSON, an object a line, also on a terminal");
      return [options](const Settings& settings) { return run_status(settings, *options); };
    },
};

}  // namespace notifier
