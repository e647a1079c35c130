#pragma once

#include <string>

#include "notifier/sender.hpp"

namespace notifier::testing {

/// If not, the error shows with the check that fails.
[[nodiscard]] bool is_sent(const SendResult& result);

/// The error of a send that failed for now. Ends the test if it has not.
[[nodiscard]] std::string error_for_now(const SendResult& result);

/// The error of a send that failed for good. Ends the test if it has not.
[[nodiscard]] std::string error_for_good(const SendResult& result);

}  // namespace notifier::testing
