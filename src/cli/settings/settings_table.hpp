#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/settings/wanted.hpp"
#include "notifier/settings.hpp"

namespace notifier {

/// One setting: its names, its text form and its place in `Settings`.
struct Setting {
  std::string flag;      ///< `api-port`: `--api-port` on the command line, `api-port` in the file
  std::string variable;  ///< `API_PORT`
  std::string description;
  bool secret = false;  ///< not taken from the command line, where every user of the machine could read it
  bool is_number = false;
  Wanted wanted = wanted_text;  ///< in the file

  /// Takes the text. Answers a sentence that says what the value must be, if it is not that.
  std::function<std::optional<std::string>(Settings&, const std::string& text)> apply;

  /// The value in force as text that `apply` takes; what is secret in it is masked.
  std::function<std::string(const Settings&)> show;

  /// Whether it is not given, and giving it as it is shown would change something. Empty: it never would.
  std::function<bool(const Settings&)> has_to_stay_unset{};
};

/// All settings, in the order in which help and `notifier config` list them.
[[nodiscard]] const std::vector<Setting>& settings_table();

}  // namespace notifier
