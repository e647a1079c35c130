#pragma once

#include <chrono>
#include <string_view>

#include "mysql/connection.hpp"
#include "notifier/notification_row.hpp"

namespace notifier::mysql {

/// Whether `holder` is the one to do the work of this name for `duration` from now: it has been so already, or nobody is.
[[nodiscard]] SqlResult<bool> hold_work(Connection& connection, std::string_view name, const ClaimToken& holder,
                                        std::chrono::milliseconds duration);

}  // namespace notifier::mysql
