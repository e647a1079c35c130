#include "consumer/purge.hpp"
#include "cli/subcommands.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <memory>
#include <thread>

#include "app/adapters.hpp"

namespace notifier {
namespace {

CommandResult run_purge(const Settings& settings, bool only_counts) {
  const auto storage = open_existing_storage(settings);
  if (!storage) return std::unexpected{storage.error()};
  const auto retention = (*storage)->retention();
  const auto purged = purge_all(*retention, settings.retention, only_counts, [](std::chrono::milliseconds took) {
    std::this_thread::sleep_for(rest_per_batch * took);
    return true;
  });
  if (!purged) return std::unexpected{purged.error().detail + "."};
  boost::json::object counts{{"dryRun", only_counts}};
  for (const auto& [what, count] : *purged) counts[to_string(what)] = count;
  std::cout << boost::json::serialize(counts) << '\n';
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
    .prepare = [](CLI::App& parser) -> Subcommand::Run {
      const auto only_counts = std::make_shared<bool>(false);
      parser.add_flag("--dry-run", *only_counts, "Only count, and change nothing");
      return [only_counts](const Settings& settings) { return run_purge(settings, *only_counts); };
    },
};

}  // namespace notifier
