#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace notifier {

/// The one of `names` that somebody who wrote `written` probably meant: it is the same but for upper and lower case, for '_'
/// in place of '-', for `notifier` before it, or for a slip or two. Empty: none of them.
[[nodiscard]] std::string likely_meant(std::string_view written, const std::vector<std::string>& names);

/// Of the variables of an environment (`NAME=value`), those that were probably meant for a setting, with the sentence that
/// says for which. A name that is one letter off may be another program's, so it has to have a letter too many or too few,
/// or two that changed places; and the setting must not be set.
[[nodiscard]] std::vector<std::string> misspelt_variables(const std::vector<std::string>& environment);

}  // namespace notifier
