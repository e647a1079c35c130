#pragma once

#include <cstddef>

namespace notifier::http {

/// How many of the `wanted` connections this process can have, given how many files it may open; some are left for other
/// uses. Raises its soft limit first, as far as needed and allowed.
[[nodiscard]] std::size_t affordable_connections(std::size_t wanted);

}  // namespace notifier::http
