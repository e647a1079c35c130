#pragma once

#include <string>

#include "cli/settings/config_values.hpp"

namespace notifier {

/// Reads a file in TOML. Which settings there are, and what the tables may hold, is for others to say. No fault shows a
/// value.
[[nodiscard]] ConfigValues read_config_file(const std::string& path);

/// `text` as TOML has it, in double quotes. What is not UTF-8 cannot be read back.
[[nodiscard]] std::string toml_string(const std::string& text);

}  // namespace notifier
