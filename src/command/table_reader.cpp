#include "command/table_reader.hpp"

#include <algorithm>

namespace notifier {

void TableReader::require(const std::string& key, const std::string& what_it_says) {
  const ConfigTable::Entry* entry = find(key);
  const bool says_nothing = entry == nullptr || std::ranges::all_of(entry->values, &std::string::empty);
  if (says_nothing) complain("needs " + key + ": " + what_it_says);
}

void TableReader::end() {
  for (const ConfigTable::Entry& entry : table_.entries) {
    if (std::ranges::find(known_, entry.key) != known_.end()) continue;
    complain("has an unknown key " + in_quotes(entry.key) + ": it may have " + joined(known_) +
             ". Settings that belong to no table stand above the first one");
  }
}

const ConfigTable::Entry* TableReader::find(const std::string& key) {
  if (std::ranges::find(known_, key) == known_.end()) known_.push_back(key);
  const auto found = std::ranges::find(table_.entries, key, &ConfigTable::Entry::key);
  return found == table_.entries.end() ? nullptr : &*found;
}

std::optional<std::string> TableReader::one(const std::string& key) {
  const ConfigTable::Entry* entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (entry->values.size() == 1) return entry->values.front();
  complain(key + ": give one value");
  return std::nullopt;
}

}  // namespace notifier
