#pragma once

#include <optional>
#include <string>

#include "command/command_line.hpp"

namespace notifier {

/// What is wrong with settings each of which could be right.
struct SettingsFault {
  std::string setting;   ///< the variable of the one to change; empty: it is about several
  std::string sentence;  ///< what is wrong or missing, and what to do
};

/// Whether the settings fit each other and are enough for the command; nothing: they do and are.
[[nodiscard]] std::optional<SettingsFault> check_settings(Command command, const Settings& settings);

/// Logs a warning for each key that is short enough to be guessed.
void warn_about_short_keys(const ApiSettings& api);

}  // namespace notifier
