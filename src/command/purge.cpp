#include "consumer/purge.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <thread>

#include "command/adapters.hpp"
#include "command/commands.hpp"

namespace notifier {

CommandResult run_purge(const Settings& settings, const PurgeOptions& options) {
  const auto retention = open_storage(settings)->retention();
  const auto purged = purge_all(*retention, settings.retention, options.dry_run, [](std::chrono::milliseconds took) {
    std::this_thread::sleep_for(rest_per_batch * took);
    return true;
  });
  if (!purged) return std::unexpected{purged.error().detail + "."};
  boost::json::object counts{{"dryRun", options.dry_run}};
  for (const auto& [what, count] : *purged) counts[to_string(what)] = count;
  std::cout << boost::json::serialize(counts) << '\n';
  return 0;
}

}  // namespace notifier
