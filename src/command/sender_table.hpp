#pragma once

#include <string>
#include <vector>

#include "command/config_tables.hpp"
#include "notifier/sender_settings.hpp"

namespace notifier {

/// The sender of a table `[senders.NAME]`. What is wrong becomes a sentence among the faults, and the sender is of no use
/// then.
[[nodiscard]] NamedSender read_sender(const ConfigTable& table, std::vector<std::string>& faults);

}  // namespace notifier
