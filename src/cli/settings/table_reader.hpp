#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/settings/config_values.hpp"
#include "cli/settings/setting_values.hpp"
#include "cli/settings/wanted.hpp"

namespace notifier {

/// Reads the keys of one table into their places. A key that is not there leaves its place as it is; what is wrong becomes a
/// sentence among the faults, with where it stands and without the values of secrets.
class TableReader {
 public:
  TableReader(const ConfigTable& table, std::vector<std::string>& faults) : table_{table}, faults_{faults} {}

  void text(const std::string& key, std::string& place) {
    if (const auto value = one(key, wanted_text)) place = *value;
  }

  void path(const std::string& key, std::filesystem::path& place) {
    if (const auto value = one(key, wanted_path)) place = path_from(table_.folder, *value);
  }

  /// One or several. Commas do not make several of one text, so it has none.
  void list(const std::string& key, std::vector<std::string>& place, const Wanted& wanted = wanted_texts) {
    several(key, wanted, place);
  }

  /// One or several, whole numbers or text in quotes.
  void number_list(const std::string& key, std::vector<std::string>& place) { several(key, wanted_numbers, place); }

  template <std::unsigned_integral Number>
  void number(const std::string& key, Number& place, std::uint32_t least, std::uint32_t most) {
    const auto convert = [&](const std::string& text) { return number_from(text, least, most); };
    if (const auto number = converted(key, wanted_number, convert)) place = static_cast<Number>(*number);
  }

  void duration(const std::string& key, std::chrono::milliseconds& place) {
    const auto convert = [](const std::string& text) { return duration_from(text); };
    if (const auto duration = converted(key, wanted_duration, convert)) place = *duration;
  }

  template <typename Value, std::size_t size>
  void choice(const std::string& key, Value& place, const Choices<Value, size>& choices) {
    const auto convert = [&](const std::string& text) { return choice_from(text, choices); };
    if (const auto chosen = converted(key, wanted_choice(choices), convert)) place = *chosen;
  }

  /// What the file holds that is named there, if one is. `if_empty` goes on behind "…, which is empty: ".
  [[nodiscard]] std::optional<std::string> secret_file(const std::string& key, const std::string& if_empty) {
    if (!says(key)) return std::nullopt;
    return converted(key, wanted_path,
                     [&](const std::string& path) { return secret_from_file(path_from(table_.folder, path), if_empty); });
  }

  [[nodiscard]] bool has(const std::string& key) { return find(key) != nullptr; }

  /// Whether the key is there and not set to empty text or to an empty array.
  [[nodiscard]] bool says(const std::string& key);

  /// Complains unless the key says something: at once if it is there, otherwise when `end` or `end_early` knows whether it
  /// is there under another name. Whether it says something.
  bool require(const std::string& key, const std::string& what_it_says);

  /// Complains of the table.
  void complain(const std::string& what) { complain_at(table_.place, what); }

  /// Complains of what a key is set to, or of the table if the key is not there.
  void complain(const std::string& key, const std::string& what);

  /// Complains about keys that are missing, and about those that nobody has asked for.
  void end();

  /// Complains about keys that are missing: what else there may be, nobody has asked for yet.
  void end_early();

 private:
  void complain_at(const std::string& place, const std::string& what) {
    faults_.push_back(place + ": " + table_.title() + " " + what + ".");
  }

  struct Missing {
    std::string key;
    std::string what_it_says;
  };

  const ConfigEntry* find(const std::string& key);
  [[nodiscard]] std::string place_of(const std::string& key);
  [[nodiscard]] bool is_known(const std::string& key) const;
  [[nodiscard]] std::string meant_by(const ConfigEntry& entry) const;
  void complain_of_unknown(const ConfigEntry& entry, const std::string& meant);
  void complain_of_missing();
  std::optional<std::string> one(const std::string& key, const Wanted& wanted);
  void several(const std::string& key, const Wanted& wanted, std::vector<std::string>& place);

  template <typename Convert>
  auto converted(const std::string& key, const Wanted& wanted, Convert convert)
      -> std::optional<typename decltype(convert(key))::value_type> {
    const auto text = one(key, wanted);
    if (!text) return std::nullopt;
    auto value = convert(*text);
    if (value) return std::move(*value);
    complain(key, value.error());
    return std::nullopt;
  }

  const ConfigTable& table_;
  std::vector<std::string>& faults_;
  std::vector<std::string> known_;
  std::vector<Missing> missing_;
};

}  // namespace notifier
