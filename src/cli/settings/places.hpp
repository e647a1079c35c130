#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/settings/config_values.hpp"

namespace notifier {

/// Where in the configuration file things are set, for what is found to be wrong with them later.
class Places {
 public:
  /// Of the setting with that variable.
  void add_setting(const std::string& variable, const std::string& place);

  /// Of the tables, and of each key in them.
  void add_tables(const std::vector<ConfigTable>& tables);

  /// `faults` with its place before each line that begins with the name of a setting (`API_PORT`), or the title of a table
  /// (`[senders.mail]`) with or without a key, which the file has.
  [[nodiscard]] std::string before(const std::string& faults) const;

 private:
  [[nodiscard]] std::string place_of(const std::string& fault) const;

  std::map<std::string, std::string> places_;
};

}  // namespace notifier
