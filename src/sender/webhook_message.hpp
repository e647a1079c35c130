#pragma once

#include <string>

#include "notifier/notification.hpp"

namespace notifier {

/// The body of a webhook: `{"type", "timestamp", "data", "id", "subject", "text"}`. `data` is the payload byte for byte.
[[nodiscard]] std::string webhook_body(const Notification& notification);

}  // namespace notifier
