#include "cli/settings/places.hpp"

#include <sstream>
#include <string_view>

namespace notifier {

/// What is wrong with a secret may be wrong with the file that holds it.
void Places::add_setting(const std::string& variable, const std::string& place) {
  constexpr std::string_view of_file = "_FILE";
  places_[variable] = place;
  if (variable.ends_with(of_file)) places_.emplace(variable.substr(0, variable.size() - of_file.size()), place);
}

void Places::add_tables(const std::vector<ConfigTable>& tables) {
  for (const ConfigTable& table : tables) {
    places_[table.title()] = table.place;
    for (const ConfigEntry& entry : table.entries) {
      places_[table.title() + " " + entry.key] = entry.values.empty() ? entry.place : entry.values.front().place;
    }
  }
}

std::string Places::before(const std::string& faults) const {
  std::string placed;
  std::istringstream lines{faults};
  for (std::string line; std::getline(lines, line);) {
    const std::string place = place_of(line);
    placed.append(placed.empty() ? "" : "\n").append(place).append(place.empty() ? "" : ": ").append(line);
  }
  return placed;
}

/// The longest name counts: that of a key, rather than its table's.
std::string Places::place_of(const std::string& fault) const {
  std::string_view named;
  std::string found;
  for (const auto& [name, place] : places_) {
    const bool is_whole = fault.size() > name.size() && (fault[name.size()] == ':' || fault[name.size()] == ' ');
    if (!is_whole || !fault.starts_with(name) || name.size() < named.size()) continue;
    named = name;
    found = place;
  }
  return found;
}

}  // namespace notifier
