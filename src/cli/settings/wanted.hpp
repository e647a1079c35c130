#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cli/settings/config_values.hpp"
#include "cli/settings/setting_values.hpp"

namespace notifier {

/// What a key of the configuration file is to be set to.
struct Wanted {
  std::string what;
  bool takes_number = false;  ///< a whole number as well as text
  bool is_secret = false;     ///< not to be shown
  bool is_path = false;       ///< relative to the folder of the configuration file, or to the working directory elsewhere
};

inline const Wanted wanted_text{.what = "text in quotes"};
inline const Wanted wanted_texts{.what = "text in quotes, or an array of such texts"};
inline const Wanted wanted_secrets{.what = "text in quotes, or an array of such texts", .is_secret = true};
inline const Wanted wanted_path{.what = "the path of a file in quotes", .is_path = true};
inline const Wanted wanted_folder{.what = "the path of a folder in quotes", .is_path = true};
inline const Wanted wanted_number{.what = "a whole number", .takes_number = true};
inline const Wanted wanted_numbers{.what = "a whole number, or an array of such numbers", .takes_number = true};
inline const Wanted wanted_size{.what = "bytes as a whole number, or a size in quotes, like \"64MiB\"",
                                .takes_number = true};
inline const Wanted wanted_durations{.what = R"(durations in quotes, like "30s" or ["1s", "5s", "30s"])"};
inline const Wanted wanted_duration{.what = "a duration in quotes, like \"30s\""};

template <typename Value, std::size_t size>
[[nodiscard]] Wanted wanted_choice(const Choices<Value, size>& choices) {
  return {.what = "one of " + names_of(choices) + ", in quotes"};
}

struct PlacedComplaint {
  std::string place;
  std::string what;
};

/// What is wrong with the type of a value, as a part of a sentence without its end.
[[nodiscard]] std::optional<std::string> complaint_of(const ConfigValue& value, const Wanted& wanted);

/// The same of an entry that is to have one value, and where.
[[nodiscard]] std::optional<PlacedComplaint> complaint_of(const ConfigEntry& entry, const Wanted& wanted);

}  // namespace notifier
