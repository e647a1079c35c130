#pragma once

#include <functional>

#include "http/api/route_table.hpp"

namespace notifier::http {

/// Answers with what `work` returns, which runs among the `calls`: a database's, so 503 if too many wait for one. An
/// exception becomes a 500.
void respond_async(BlockingCalls& calls, Respond respond, std::move_only_function<Response()> work);

}  // namespace notifier::http
