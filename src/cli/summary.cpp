#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>

#include "app/adapters.hpp"
#include "cli/notification_tables.hpp"
#include "cli/settings/check_settings.hpp"
#include "cli/subcommands.hpp"
#include "cli/terminal.hpp"
#include "cli/terminal_output.hpp"
#include "cli/time_option.hpp"
#include "domain/notification_json.hpp"

namespace notifier {
namespace {

struct SummaryOptions {
  std::optional<std::chrono::system_clock::time_point> since;
  std::optional<std::chrono::system_clock::time_point> until;
  bool json = false;  ///< also on a terminal
};

CommandResult run_summary(const Settings& settings, const SummaryOptions& options) {
  const auto storage = open_existing_storage(settings);
  if (!storage) return std::unexpected{storage.error()};
  const auto until = options.until.value_or(std::chrono::system_clock::now());
  const auto since = options.since.value_or(until - usually_counted);
  if (since >= until) return std::unexpected{"--since must be before --until."};
  const auto counts = (*storage)->history()->count(since, until);
  if (!counts) return std::unexpected{counts.error().detail + "."};
  if (const auto screen = terminal(); screen && !options.json) {
    write_as_is(std::cout, notification_table(*counts, *screen));
  } else {
    std::cout << to_json(*counts) << '\n';
  }
  return 0;
}

}  // namespace

const Subcommand summary_subcommand{
    .name = "summary",
    .description = "Count notifications by status and event type, from the database; those of the last 24 hours",
    .examples =
        R"(  notifier summary
  notifier summary --since 7d
  notifier summary --since 2026-01-01 --until 2026-02-01 | jq .byStatus
)",
    .check = check_data_to_read,
    .prepare = [](CLI::App& parser) -> Subcommand::Run {
      const auto options = std::make_shared<SummaryOptions>();
      add_window(parser, "Created", options->since, options->until);
      parser.add_flag("--json", options->json, "JSON, also on a terminal");
      return [options](const Settings& settings) { return run_summary(settings, *options); };
    },
};

}  // namespace notifier
