#include "cli/settings/table_reader.hpp"

#include <algorithm>

namespace notifier {

bool TableReader::says(const std::string& key) {
  const ConfigEntry* entry = find(key);
  return entry != nullptr && !std::ranges::all_of(entry->values, &std::string::empty, &ConfigValue::text);
}

void TableReader::require(const std::string& key, const std::string& what_it_says) {
  if (!says(key)) complain("needs " + key + ": " + what_it_says);
}

void TableReader::complain(const std::string& key, const std::string& what) {
  const ConfigEntry* entry = find(key);
  const bool has_value = entry != nullptr && !entry->values.empty();
  const std::string& place_of_key = entry == nullptr ? table_.place : entry->place;
  complain_at(has_value ? entry->values.front().place : place_of_key, key + ": " + what);
}

void TableReader::end() {
  for (const ConfigEntry& entry : table_.entries) {
    if (std::ranges::find(known_, entry.key) != known_.end()) continue;
    complain_at(entry.place, "has an unknown key " + in_quotes(entry.key) + ": it may have " + joined(known_) +
                                 ". Settings that belong to no table stand above the first one");
  }
}

const ConfigEntry* TableReader::find(const std::string& key) {
  if (std::ranges::find(known_, key) == known_.end()) known_.push_back(key);
  const auto found = std::ranges::find(table_.entries, key, &ConfigEntry::key);
  return found == table_.entries.end() ? nullptr : &*found;
}

std::optional<std::string> TableReader::one(const std::string& key, const Wanted& wanted) {
  const ConfigEntry* entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (const auto complaint = complaint_of(*entry, wanted)) {
    complain_at(complaint->place, key + ": " + complaint->what);
    return std::nullopt;
  }
  return entry->values.front().text;
}

void TableReader::several(const std::string& key, const Wanted& wanted, std::vector<std::string>& place) {
  const ConfigEntry* entry = find(key);
  if (entry == nullptr) return;
  place.clear();
  for (const ConfigValue& value : entry->values) {
    if (const auto complaint = complaint_of(value, wanted)) {
      complain_at(value.place, key + ": " + *complaint);
    } else {
      place.push_back(value.text);
    }
  }
}

}  // namespace notifier
