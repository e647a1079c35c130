#pragma once

#include <string>

namespace notifier {

/// A JSON text, which must be valid, in one line: a line break between its values, such as a payload may have, becomes a
/// space. Strings have none.
[[nodiscard]] std::string in_one_line(std::string json);

}  // namespace notifier
