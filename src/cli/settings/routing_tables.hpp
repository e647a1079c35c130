#pragma once

#include <string>
#include <vector>

#include "cli/settings/config_values.hpp"
#include "notifier/settings.hpp"

namespace notifier {

/// Fills senders and routes of the settings, of which the rest is there, from the tables `[senders.NAME]` and
/// `[routes.NAME]`; each webhook's `allow` gets the networks of WEBHOOK_ALLOW too. Secrets that are in files are read.
/// Answers a sentence for each fault.
[[nodiscard]] std::vector<std::string> read_routing_tables(const std::vector<ConfigTable>& tables, Settings& settings);

}  // namespace notifier
