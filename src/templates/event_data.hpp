#pragma once

#include <expected>
#include <kainjow/mustache.hpp>
#include <string>

#include "notifier/event.hpp"

namespace notifier {

/// What templates may use of an event: `id`, `notificationId`, `eventType`, `timestamp`, `userId`, `email`, `username` and
/// `payload`. `null` counts as false, and numbers are as the client wrote them. The error is a sentence.
[[nodiscard]] std::expected<kainjow::mustache::data, std::string> event_data(const Event& event);

}  // namespace notifier
