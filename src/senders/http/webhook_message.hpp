#pragma once

#include <string>

#include "notifier/notification.hpp"

namespace notifier {

/// The body of a webhook: `{"type", "timestamp", "data", "id", "subject", "text"}`. `data` is the payload byte for byte.
[[nodiscard]] std::string webhook_body(const Notification& notification);

/// The id by which receivers recognize repetitions, without dots, which Standard Webhooks does not allow because they
/// separate the parts of what is signed: the notification's id, in which `.` and `%` are percent-encoded. Two ids never
/// become the same.
[[nodiscard]] std::string webhook_id(const Notification& notification);

}  // namespace notifier
