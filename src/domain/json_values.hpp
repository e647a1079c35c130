#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string_view>
#include <vector>

#include "notifier/attempt.hpp"

/// Values of the JSON that is shown.
namespace notifier {

[[nodiscard]] boost::json::value text(std::string_view value);
[[nodiscard]] boost::json::value text_or_null(std::string_view value);  ///< null when empty
[[nodiscard]] boost::json::array attempts(const std::vector<Attempt>& all);

}  // namespace notifier
