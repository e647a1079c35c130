#pragma once

#include <string>
#include <vector>

namespace notifier {

/// A table `[KIND.NAME]` of the configuration file.
struct ConfigTable {
  struct Entry {
    std::string key;
    std::vector<std::string> values;  ///< one, unless it is an array
  };

  std::string kind;  ///< `senders` or `routes`
  std::string name;
  std::vector<Entry> entries;

  /// As in the file: `[senders.mail]`.
  [[nodiscard]] std::string title() const { return "[" + kind + "." + name + "]"; }
};

/// The tables of senders and routes of a file, in its order, and a sentence for each thing that cannot be read.
struct ConfigTables {
  std::vector<ConfigTable> tables;
  std::vector<std::string> faults;
};

}  // namespace notifier
