#pragma once

#include <optional>
#include <string>

#include "command/command_line.hpp"

namespace notifier {

/// Whether the settings fit each other and are enough for the command. A sentence that says what is missing, if not.
[[nodiscard]] std::optional<std::string> check_settings(Command command, const Settings& settings);

}  // namespace notifier
