#pragma once

#include "http/wire/error_response.hpp"
#include "operations/dead_letter_operations.hpp"

namespace notifier::http {

/// What is answered when nothing was done about a dead letter or a replay.
[[nodiscard]] Response not_done_response(const OperationError& error);

}  // namespace notifier::http
