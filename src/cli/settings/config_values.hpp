#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace notifier {

// What a configuration file holds. A place is `FILE:LINE:COLUMN`, for errors.

struct ConfigValue {
  enum class Type : std::uint8_t { text, whole_number, other };

  Type type = Type::text;
  std::string text;  ///< a whole number in decimal digits; of another type, what it is: `a date`
  std::string place;
};

/// A key and what it is set to.
struct ConfigEntry {
  std::string key;
  std::string place;
  bool is_array = false;
  std::vector<ConfigValue> values;  ///< one, unless it is an array
};

/// A table `[KIND.NAME]`.
struct ConfigTable {
  std::string kind;  ///< `senders` or `routes`
  std::string name;
  std::string place;
  std::filesystem::path folder;  ///< of the file
  std::vector<ConfigEntry> entries;

  /// As in the file: `[senders.mail]`.
  [[nodiscard]] std::string title() const { return "[" + kind + "." + name + "]"; }
};

/// All of a file, in its order, and a sentence for each thing that cannot be read.
struct ConfigValues {
  std::filesystem::path folder;       ///< of the file
  std::vector<ConfigEntry> settings;  ///< what is in no table
  std::vector<ConfigTable> tables;
  std::vector<std::string> faults;
};

}  // namespace notifier
