#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "notifier/attempt.hpp"

/// The sends of an attempt as a row keeps them: a JSON array of objects with `sender`, `outcome`, `durationMs` and, if there
/// is a text, `reply` or `error`. People's SQL may read it.
namespace notifier {

/// At most 64 KiB of valid UTF-8: long texts are cut, and of very many sends the first ones are left out. Empty if there are
/// none.
[[nodiscard]] std::string stored_sends(const std::vector<Send>& sends);

/// What `stored_sends` made. What is something else, or part of it, is left out.
[[nodiscard]] std::vector<Send> sends_from_stored(std::string_view stored);

}  // namespace notifier
