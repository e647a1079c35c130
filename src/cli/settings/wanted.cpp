#include "cli/settings/wanted.hpp"

#include <utility>

namespace notifier {
namespace {

std::string not_wanted(const Wanted& wanted, const std::string& given) { return "give " + wanted.what + ", not " + given; }

}  // namespace

std::optional<std::string> complaint_of(const ConfigValue& value, const Wanted& wanted) {
  switch (value.type) {
    case ConfigValue::Type::text:
      return std::nullopt;
    case ConfigValue::Type::whole_number:
      if (wanted.takes_number) return std::nullopt;
      return not_wanted(wanted, "a number");
    case ConfigValue::Type::other:
      return not_wanted(wanted, value.text);
  }
  std::unreachable();
}

std::optional<PlacedComplaint> complaint_of(const ConfigEntry& entry, const Wanted& wanted) {
  if (entry.is_array) return PlacedComplaint{.place = entry.place, .what = not_wanted(wanted, "an array")};
  const ConfigValue& value = entry.values.front();
  const auto complaint = complaint_of(value, wanted);
  if (!complaint) return std::nullopt;
  return PlacedComplaint{.place = value.place, .what = *complaint};
}

}  // namespace notifier
