#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class Validator;
}  // namespace CLI

namespace notifier {

// Checks of what options are set to, which say what it must be.

/// A whole number from `least` to `most`.
[[nodiscard]] CLI::Validator whole_number(std::uint32_t least, std::uint32_t most);

/// One of these names, whatever the case of its letters; makes it the name as it is here. For `Option::transform`.
[[nodiscard]] CLI::Validator one_of(std::vector<std::string> names);

}  // namespace notifier
