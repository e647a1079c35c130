#include "cli/settings/table_reader.hpp"

#include <algorithm>
#include <iterator>

#include "cli/settings/likely_meant.hpp"

namespace notifier {
namespace {

std::string as_array(const std::string& text_with_commas) {
  std::string array;
  for (const std::string& part : split(text_with_commas)) array.append(array.empty() ? "\"" : ", \"").append(part) += '"';
  return "[" + array + "]";
}

}  // namespace

bool TableReader::says(const std::string& key) {
  const ConfigEntry* entry = find(key);
  return entry != nullptr && !std::ranges::all_of(entry->values, &std::string::empty, &ConfigValue::text);
}

bool TableReader::require(const std::string& key, const std::string& what_it_says) {
  if (says(key)) return true;
  if (has(key)) {
    complain_at(place_of(key), "needs " + key + ": " + what_it_says);
  } else {
    missing_.push_back({.key = key, .what_it_says = what_it_says});
  }
  return false;
}

std::string TableReader::place_of(const std::string& key) {
  const ConfigEntry* entry = find(key);
  if (entry == nullptr) return table_.place;
  return entry->values.empty() ? entry->place : entry->values.front().place;
}

void TableReader::complain(const std::string& key, const std::string& what) {
  complain_at(place_of(key), key + ": " + what);
}

void TableReader::end() {
  for (const ConfigEntry& entry : table_.entries) {
    if (!is_known(entry.key)) complain_of_unknown(entry, meant_by(entry));
  }
  complain_of_missing();
}

void TableReader::end_early() {
  for (const ConfigEntry& entry : table_.entries) {
    if (const std::string meant = meant_by(entry); !meant.empty()) complain_of_unknown(entry, meant);
  }
  complain_of_missing();
}

/// Empty: itself, or none of those that may be there beside what is.
std::string TableReader::meant_by(const ConfigEntry& entry) const {
  if (is_known(entry.key)) return {};
  std::vector<std::string> absent;
  std::ranges::copy_if(known_, std::back_inserter(absent), [this](const std::string& key) {
    return std::ranges::find(table_.entries, key, &ConfigEntry::key) == table_.entries.end();
  });
  return likely_meant(entry.key, absent);
}

/// A slip is all that is wrong with a key that is missing. What is no slip may be a setting below the title of a table.
void TableReader::complain_of_unknown(const ConfigEntry& entry, const std::string& meant) {
  const std::string other =
      meant.empty() ? "it may have " + joined(known_) + ". Settings that belong to no table stand above the first one"
                    : "write " + meant;
  complain_at(entry.place, "has an unknown key " + in_quotes(entry.key) + ": " + other);
  std::erase_if(missing_, [&](const Missing& missing) { return missing.key == meant; });
}

void TableReader::complain_of_missing() {
  for (const Missing& missing : missing_) complain("needs " + missing.key + ": " + missing.what_it_says);
}

bool TableReader::is_known(const std::string& key) const { return std::ranges::find(known_, key) != known_.end(); }

const ConfigEntry* TableReader::find(const std::string& key) {
  if (!is_known(key)) known_.push_back(key);
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
  if (!entry->is_array && entry->values.front().text.contains(',')) {
    return complain(key, wanted.is_secret ? "several are an array: write each in quotes of its own, all between [ and ]"
                                          : "several are an array: write " + as_array(entry->values.front().text));
  }
  for (const ConfigValue& value : entry->values) {
    if (const auto complaint = complaint_of(value, wanted)) {
      complain_at(value.place, key + ": " + *complaint);
    } else {
      place.push_back(value.text);
    }
  }
}

}  // namespace notifier
