#pragma once

#include <span>
#include <vector>

#include "notifier/notification_repository.hpp"
#include "storage/mysql/connection.hpp"

namespace notifier::mysql {

/// Records all outcomes or, on an error, as far as is known none. Answers in their order. May be repeated.
[[nodiscard]] std::vector<RecordVerdict> record_outcomes(Connection& connection, std::span<const Outcome> outcomes);

}  // namespace notifier::mysql
