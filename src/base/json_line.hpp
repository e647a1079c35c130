#pragma once

#include <string>
#include <string_view>

namespace notifier {

/// A JSON text, which must be valid, in one line: a line break between its values, such as a payload may have, becomes a
/// space. Strings have none.
[[nodiscard]] std::string in_one_line(std::string json);

/// A JSON text, which must be valid, in one line with a space behind each comma and colon and nowhere else between its
/// values, so that it can be wrapped there. The values are as they were.
[[nodiscard]] std::string spaced_json(std::string_view json);

}  // namespace notifier
