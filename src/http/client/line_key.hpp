#pragma once

#include <string>
#include <string_view>

#include "http/client/line_splitter.hpp"

namespace notifier::client {

/// The `Idempotency-Key` under which a line is sent: the same for the same line at the same place of the same run, and
/// different for everything else. Changing it would make duplicates of what is sent again after an upgrade.
[[nodiscard]] std::string line_key(std::string_view run, const Line& line);

}  // namespace notifier::client
