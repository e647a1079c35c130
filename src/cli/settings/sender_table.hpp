#pragma once

#include <string>
#include <vector>

#include "cli/settings/config_values.hpp"
#include "notifier/settings.hpp"

namespace notifier {

/// The sender of a table `[senders.NAME]`, which follows `usual` where it says nothing of its own. What is wrong becomes a
/// sentence among the faults, and the sender is of no use then.
[[nodiscard]] NamedSender read_sender(const ConfigTable& table, const SenderSettings& usual,
                                      std::vector<std::string>& faults);

}  // namespace notifier
