#include "cli/settings/likely_meant.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <limits>
#include <optional>
#include <set>

#include "cli/settings/setting_values.hpp"
#include "cli/settings/settings_table.hpp"

namespace notifier {
namespace {

/// As keys of the file are spelt.
std::string as_key(std::string_view name) {
  std::string key{name};
  std::ranges::transform(key, key.begin(),
                         [](unsigned char letter) { return letter == '_' ? '-' : static_cast<char>(std::tolower(letter)); });
  return key;
}

std::string_view without_product(std::string_view key) {
  constexpr std::string_view product = "notifier-";
  return key.starts_with(product) ? key.substr(product.size()) : key;
}

/// How many letters were left out, added, replaced or changed places with the next one. (Optimal string alignment.)
std::size_t slips_between(std::string_view one, std::string_view other) {
  std::vector<std::vector<std::size_t>> least(one.size() + 1, std::vector<std::size_t>(other.size() + 1));
  for (std::size_t i = 0; i <= one.size(); ++i) least[i][0] = i;
  for (std::size_t j = 0; j <= other.size(); ++j) least[0][j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const bool same = one[i - 1] == other[j - 1];
      least[i][j] = std::min({least[i - 1][j] + 1, least[i][j - 1] + 1, least[i - 1][j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) {
        least[i][j] = std::min(least[i][j], least[i - 2][j - 2] + 1);
      }
    }
  }
  return least[one.size()][other.size()];
}

/// A short word is soon another one.
std::size_t most_slips(std::size_t letters) {
  constexpr std::size_t short_word = 4;
  constexpr std::size_t long_word = 8;
  if (letters < short_word) return 0;
  return letters < long_word ? 1 : 2;
}

/// Longer names are no slip, and would take long to compare.
constexpr std::size_t longest_compared = 64;

bool is_one_letter_more(std::string_view longer, std::string_view shorter) {
  return longer.size() == shorter.size() + 1 && slips_between(longer, shorter) == 1;
}

bool has_letters_swapped(std::string_view one, std::string_view other) {
  const auto [here, there] = std::ranges::mismatch(one, other);
  if (one.size() != other.size() || one.end() - here < 2) return false;
  return here[0] == there[1] && here[1] == there[0] && std::equal(here + 2, one.end(), there + 2);
}

bool is_slip_of_variable(std::string_view written, std::string_view variable) {
  constexpr std::size_t shortest = 6;
  if (written.size() < shortest || written.size() > longest_compared) return false;
  return is_one_letter_more(written, variable) || is_one_letter_more(variable, written) ||
         has_letters_swapped(written, variable);
}

/// Kubernetes sets NOTIFIER_API_PORT for a service that is called notifier-api.
bool is_set_by_kubernetes(std::string_view value) { return value.starts_with("tcp://") || value.starts_with("udp://"); }

std::optional<std::string> variable_meant(std::string_view written, const std::vector<std::string>& variables) {
  const auto same = [key = as_key(written)](const std::string& variable) {
    return as_key(variable) == without_product(key) || as_key(variable) == key;
  };
  const auto found = std::ranges::find_if(variables, same);
  if (found != variables.end()) return *found;
  const auto slip =
      std::ranges::find_if(variables, [&](const std::string& known) { return is_slip_of_variable(written, known); });
  return slip == variables.end() ? std::nullopt : std::optional{*slip};
}

std::vector<std::string> all_variables() {
  std::vector<std::string> variables{"NOTIFIER_CONFIG"};
  for (const Setting& setting : settings_table()) variables.push_back(setting.variable);
  return variables;
}

}  // namespace

std::string likely_meant(std::string_view written, const std::vector<std::string>& names) {
  if (written.size() > longest_compared) return {};
  const std::string key = as_key(written);
  std::string meant;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const std::string& name : names) {
    const std::size_t slips = std::min(slips_between(key, name), slips_between(without_product(key), name));
    if (slips > most_slips(name.size()) || slips >= fewest) continue;
    fewest = slips;
    meant = name;
  }
  return meant;
}

std::vector<std::string> misspelt_variables(const std::vector<std::string>& environment) {
  const std::vector<std::string> variables = all_variables();
  std::set<std::string_view> set;
  for (const std::string_view entry : environment) set.insert(entry.substr(0, entry.find('=')));
  std::vector<std::string> sentences;
  for (const std::string_view entry : environment) {
    const std::string_view name = entry.substr(0, entry.find('='));
    const std::string_view value = entry.substr(std::min(entry.size(), name.size() + 1));
    if (value.empty() || is_set_by_kubernetes(value) || std::ranges::find(variables, name) != variables.end()) continue;
    const auto meant = variable_meant(name, variables);
    if (!meant || set.contains(*meant)) continue;
    sentences.push_back("the environment has " + std::string{name} + ", which sets nothing: is " + *meant + " meant?");
  }
  return sentences;
}

}  // namespace notifier
