#include "consumer/purge.hpp"
#include "cli/settings/check_settings.hpp"
#include "cli/subcommands.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "app/adapters.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "cli/terminal_output.hpp"

namespace notifier {
namespace {

struct PurgeOptions {
  bool only_counts = false;
  bool json = false;  ///< also on a terminal
};

std::string category_text(RetentionCategory what) {
  switch (what) {
    case RetentionCategory::payloads:
      return "payloads of what was sent";
    case RetentionCategory::sent:
      return "notifications that were sent";
    case RetentionCategory::dead_letters:
      return "dead letters";
    case RetentionCategory::replays:
      return "replays that have ended";
  }
  return std::string{to_string(what)};
}

std::string purge_table(const PurgeCounts& counts, bool only_counts, const Terminal& terminal) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [what, count] : counts) rows.push_back({category_text(what), std::to_string(count)});
  if (rows.empty()) return "everything is kept forever: see RETENTION_SENT, RETENTION_DEAD and RETENTION_PAYLOAD\n";
  return table({{.heading = "WHAT", .excess = Excess::kept},
                {.heading = only_counts ? "WOULD BE DELETED" : "DELETED", .excess = Excess::kept}},
               rows, terminal);
}

std::string to_json(const PurgeCounts& purged, bool only_counts) {
  boost::json::object counts{{"dryRun", only_counts}};
  for (const auto& [what, count] : purged) counts[to_string(what)] = count;
  return boost::json::serialize(counts);
}

CommandResult run_purge(const Settings& settings, const PurgeOptions& options) {
  const auto storage = open_existing_storage(settings);
  if (!storage) return std::unexpected{storage.error()};
  const auto retention = (*storage)->retention();
  const auto purged = purge_all(*retention, settings.retention, options.only_counts, [](std::chrono::milliseconds took) {
    std::this_thread::sleep_for(rest_per_batch * took);
    return true;
  });
  if (!purged) return std::unexpected{purged.error().detail + "."};
  if (const auto screen = terminal(); screen && !options.json) {
    write_as_is(std::cout, purge_table(*purged, options.only_counts, *screen));
  } else {
    std::cout << to_json(*purged, options.only_counts) << '\n';
  }
  return 0;
}

}  // namespace

const Subcommand purge_subcommand{
    .name = "purge",
    .description = "Delete from the database what is older than RETENTION_SENT and RETENTION_DEAD say, now",
    .examples =
        R"(  notifier purge --dry-run
  notifier purge --retention-sent 30d --retention-dead 90d
)",
    // It makes none.
    .check = [](const Settings& settings) -> std::optional<SettingsFault> {
      std::error_code hidden;
      const bool is_missing = !std::filesystem::exists(settings.data_dir, hidden) && !hidden;
      return is_missing ? std::nullopt : check_data_to_write(settings);
    },
    .prepare = [](CLI::App& parser) -> Subcommand::Run {
      const auto options = std::make_shared<PurgeOptions>();
      parser.add_flag("--dry-run", options->only_counts, "Only count, and change nothing");
      parser.add_flag("--json", options->json, "JSON, also on a terminal");
      return [options](const Settings& settings) { return run_purge(settings, *options); };
    },
};

}  // namespace notifier
