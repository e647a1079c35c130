#pragma once

#include <CLI/CLI.hpp>
#include <istream>
#include <string>
#include <vector>

#include "command/config_tables.hpp"

namespace notifier {

/// CLI11's reader of TOML, which takes out the tables `[senders.NAME]` and `[routes.NAME]`: CLI11 knows options only, and
/// which senders there are is the file's to say.
class ConfigFile final : public CLI::ConfigBase {
 public:
  /// `tables` outlives it and is filled when a file is read.
  explicit ConfigFile(ConfigTables& tables) : tables_{tables} {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;

 private:
  ConfigTables& tables_;
};

}  // namespace notifier
