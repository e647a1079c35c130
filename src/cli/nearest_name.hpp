#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace notifier {

/// The name that somebody means who mistyped it: the one that takes the fewest changes, one for each three letters at most.
/// A change is a letter more, less or other, or two neighbours in the other order. Empty: none is near.
[[nodiscard]] std::string nearest_name(std::string_view written, const std::vector<std::string>& names);

}  // namespace notifier
