#pragma once

#include <optional>
#include <string>

#include "command/command_line.hpp"

namespace notifier {

/// Whether the settings fit each other and are enough for the command. A sentence that says what is missing, if not; it
/// begins with the variable of the setting if it is about the value of one.
[[nodiscard]] std::optional<std::string> check_settings(Command command, const Settings& settings);

/// Logs a warning for each key that is short enough to be guessed.
void warn_about_short_keys(const ApiSettings& api);

}  // namespace notifier
