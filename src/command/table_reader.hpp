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

#include "command/config_tables.hpp"
#include "command/setting_values.hpp"

namespace notifier {

/// Reads the keys of one table into their places. A key that is not there leaves its place as it is; what is wrong becomes a
/// sentence among the faults, without the values of secrets.
class TableReader {
 public:
  TableReader(const ConfigTable& table, std::vector<std::string>& faults) : table_{table}, faults_{faults} {}

  void text(const std::string& key, std::string& place) {
    if (const auto value = one(key)) place = *value;
  }

  void path(const std::string& key, std::filesystem::path& place) {
    if (const auto value = one(key)) place = *value;
  }

  /// One or several.
  void list(const std::string& key, std::vector<std::string>& place) {
    if (const auto* entry = find(key)) place = entry->values;
  }

  template <std::unsigned_integral Number>
  void number(const std::string& key, Number& place, std::uint32_t least, std::uint32_t most) {
    if (const auto number = converted(key, [&](const std::string& text) { return number_from(text, least, most); })) {
      place = static_cast<Number>(*number);
    }
  }

  void duration(const std::string& key, std::chrono::milliseconds& place) {
    if (const auto duration = converted(key, [](const std::string& text) { return duration_from(text); })) place = *duration;
  }

  template <typename Value, std::size_t size>
  void choice(const std::string& key, Value& place, const Choices<Value, size>& choices) {
    if (const auto chosen = converted(key, [&](const std::string& text) { return choice_from(text, choices); })) {
      place = *chosen;
    }
  }

  /// What the file holds that is named there.
  [[nodiscard]] std::optional<std::string> secret_file(const std::string& key) {
    return converted(key, [](const std::string& path) { return secret_from_file(path); });
  }

  [[nodiscard]] bool has(const std::string& key) { return find(key) != nullptr; }

  /// Complains unless the key is there and says something.
  void require(const std::string& key, const std::string& what_it_says);

  void complain(const std::string& what) { faults_.push_back(table_.title() + " " + what + "."); }

  /// Complains about keys that nobody has asked for.
  void end();

 private:
  const ConfigTable::Entry* find(const std::string& key);
  std::optional<std::string> one(const std::string& key);

  template <typename Convert>
  auto converted(const std::string& key, Convert convert) -> std::optional<typename decltype(convert(key))::value_type> {
    const auto text = one(key);
    if (!text) return std::nullopt;
    auto value = convert(*text);
    if (value) return std::move(*value);
    complain(key + ": " + value.error());
    return std::nullopt;
  }

  const ConfigTable& table_;
  std::vector<std::string>& faults_;
  std::vector<std::string> known_;
};

}  // namespace notifier
